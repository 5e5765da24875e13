-- title: Tests whose absence limited the response
-- question: How many visits could have a better response, or an evaluable one, if a test had been done?
-- grain: one row per missing test
-- access: aggregate
-- parameters:
--   line integer = null: only visits of this line of therapy; null is all
-- caveats:
--   A visit that lacks several tests counts under each; alone says how often no other was missing.
--   What the test would have shown is not known: could be better is not would be.
--   A test called baseline_… was missing at the line's start.
-- columns:
--   test: what was missing
--   visits: visits that could be better if it had been done
--   visits_percent: of all visits
--   patients: patients with such a visit
--   alone: visits where no other test was missing
--   not_evaluable: visits without a response (NE)
--   could_be_vgpr: below VGPR, and at least VGPR possible
--   could_be_cr: below CR, and at least CR possible
with ranked as (
    select
        patient_id,
        response,
        list_distinct(limited_by) as tests,
        possible_response
    from visits semi join cohort using (patient_id)
    where $line::bigint is null or line = $line
),
by_test as (
    select *, len(tests) = 1 as is_alone, unnest(tests) as test from ranked where possible_response <> response
)
select
    test,
    count(*) as visits,
    share(count(*), (select count(*) from ranked)) as visits_percent,
    count(distinct patient_id) as patients,
    count(*) filter (is_alone) as alone,
    count(*) filter (response = 'NE') as not_evaluable,
    count(*) filter (not is_at_least(response, 'VGPR') and is_at_least(possible_response, 'VGPR')) as could_be_vgpr,
    count(*) filter (not is_at_least(response, 'CR') and is_at_least(possible_response, 'CR')) as could_be_cr
from by_test
group by test
order by visits desc, test
