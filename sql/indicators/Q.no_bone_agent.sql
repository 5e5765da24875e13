-- Patients with MGUS or smouldering myeloma, and whether they were spared a bone agent until progression or treatment
-- Grain: one row per patient. What had ended before the diagnosis was not given for it, nor what was begun on or after the day that ends
-- the watch. Unknown: an agent may still have been given, was given for osteoporosis, or a name is not known.
with watched as (
    select patients.patient_id, diagnosis_date, least(course.progressed_on, treated.begun_on) as until_on
    from patients
    left join precursor_course as course
        on course.patient_id = patients.patient_id and course.precursor = patients.diagnosis
    left join first_drug as treated on treated.patient_id = patients.patient_id
    where diagnosis in ('MGUS', 'SMM')
),
osteoporotic as (
    select patient_id from findings where finding = 'osteoporosis' and present
    union
    select patient_id from supportive_care where regexp_matches(lower(drug), 'osteopor|骨粗')
),
given as (
    select
        watched.patient_id,
        care.drug is not null and osteoporotic.patient_id is null as is_certain,
        greatest(care.start_date, care.end_date) >= diagnosis_date as was_given,
        care.end_date is null as may_be_given
    from watched
    join given_care as care
        on care.patient_id = watched.patient_id
        and (purpose = 'bone' or purpose is null)
        and coalesce(care.start_date < until_on, true)
    left join osteoporotic on osteoporotic.patient_id = watched.patient_id
)
select
    watched.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when not records_care() then null
        when bool_or(was_given and is_certain) then false
        when bool_or(was_given or may_be_given) then null
        else true
    end as passed
from watched left join given on given.patient_id = watched.patient_id
group by watched.patient_id
