-- Who is of high risk by the consensus of 2025, beside each staging
-- Grain: one staging system and stage (system all: the cohort); stage null: unknown. Counts of patients.
-- Counts: patients, high, standard, unknown
-- Sums: patients over stage within system; high over stage within system; standard over stage within system
-- Sums: unknown over stage within system; patients = high + standard + unknown
with staged as (
    select
        hr_ims2025,
        unnest([
            {'place': 1, 'system': 'all', 'stage': 'all'},
            {'place': 2, 'system': 'ISS', 'stage': iss},
            {'place': 3, 'system': 'R-ISS', 'stage': r_iss},
            {'place': 4, 'system': 'R2-ISS', 'stage': r2_iss},
            {'place': 5, 'system': 'MASS', 'stage': mass_3}
        ], recursive := true)
    from cohort left join staging using (patient_id)
)
select
    system,
    stage,
    count(*) as patients,
    count(*) filter (hr_ims2025) as high,
    count(*) filter (not hr_ims2025) as standard,
    count(*) filter (hr_ims2025 is null) as unknown
from staged
group by place, system, stage
order by place, stage nulls last
