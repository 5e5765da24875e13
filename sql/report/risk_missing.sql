-- Missing tests that stood in the way of the high risk of 2025, and of MASS
-- Grain: one of the two and a missing test. Counts of patients for whom it is unknown; alone: no other test was missing.
-- Counts: patients, alone
-- Parts: alone of patients
-- Rows: listed
with of_system as (
    select
        unnest([
            {'place': 1, 'system': 'IMS 2025', 'tests': hr_ims2025_unknown_because},
            {'place': 2, 'system': 'MASS', 'tests': mass_3_unknown_because}
        ], recursive := true)
    from staging semi join cohort using (patient_id)
)
select system, test, count(*) as patients, count(*) filter (missing = 1) as alone
from (select place, system, len(tests) as missing, unnest(tests) as test from of_system)
group by place, system, test
order by place, patients desc, test
