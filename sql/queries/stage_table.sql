-- title: Stage at diagnosis
-- question: How are the patients staged by ISS, R-ISS, R2-ISS and MASS and by the high risk of 2025, and on what ground?
-- grain: one row per staging system and stage
-- access: aggregate
-- parameters:
--   site text = null: only patients of this site; null is all
-- caveats:
--   A stage that a missing test leaves open is unknown, and has no part in the percentages.
--   R-ISS can be known where ISS is II without FISH and LDH: the known are not a random part of all.
-- columns:
--   system: ISS, R-ISS, R2-ISS, MASS (MASS.3: number of high-risk signs) or IMS 2025 (HR.ims2025)
--   stage: I, II, III (IV); of MASS 0, 1, 2+; of IMS 2025 standard, high; or unknown
--   patients: how many
--   percent: of those whose stage is known; null for unknown
--   derived: derived from laboratory values and FISH
--   reported: as the registry recorded it, where none can be derived
--   women: of patients
--   with_sex: of patients, those whose sex is recorded
--   age_median: years at diagnosis, median of those with a date of birth
with staged as (
    select
        patients.sex,
        (patients.diagnosis_date - patients.birth_date) / 365.25 as age,
        unnest([
            {'system': 'ISS', 'stage': iss, 'source': iss_source},
            {'system': 'R-ISS', 'stage': r_iss, 'source': r_iss_source},
            {'system': 'R2-ISS', 'stage': r2_iss, 'source': case when r2_iss is not null then 'derived' end},
            {'system': 'MASS', 'stage': mass_3, 'source': case when mass_3 is not null then 'derived' end},
            {
                'system': 'IMS 2025',
                'stage': case when hr_ims2025 then 'high' when not hr_ims2025 then 'standard' end,
                'source': case when hr_ims2025 is not null then 'derived' end
            }
        ], recursive := true)
    from patients semi join cohort using (patient_id) left join staging using (patient_id)
    where $site::varchar is null or patients.site_id = $site
)
select
    system,
    coalesce(stage, 'unknown') as stage,
    count(*) as patients,
    case when stage is not null then share(count(*), sum(count(stage)) over (partition by system)) end as percent,
    count(*) filter (source = 'derived') as derived,
    count(*) filter (source = 'reported') as reported,
    count(*) filter (sex = 'F') as women,
    count(sex) as with_sex,
    round(median(age), 1) as age_median
from staged
group by system, staged.stage
order by
    list_position(['ISS', 'R-ISS', 'R2-ISS', 'MASS', 'IMS 2025'], system),
    list_position(['standard', 'high'], stage), stage
