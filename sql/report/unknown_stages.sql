-- Missing tests that stood in the way of a stage
-- Grain: one staging system and missing test. Counts of patients whose stage is unknown; alone: no other test was missing.
-- unknown_because reads `ISS: albumin; R-ISS: ldh, t(4;14)`.
-- Counts: patients, alone
-- Parts: alone of patients
-- Rows: listed
with of_system as (
    select
        trim(string_split(part, ': ')[1]) as system,
        list_filter(string_split(string_split(part, ': ')[2], ', '), lambda test: test <> '') as tests
    from (
        select unnest(string_split(unknown_because, '; ')) as part
        from staging semi join cohort using (patient_id)
    )
)
select system, test, count(*) as patients, count(*) filter (missing = 1) as alone
from (select system, len(tests) as missing, unnest(tests) as test from of_system)
group by system, test
order by system, patients desc, test
