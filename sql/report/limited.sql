-- Tests whose absence limited the response
-- Grain: one missing test. Counts of visits that could be better (or evaluable) if it had been done.
-- alone: no other test was missing. A visit that lacks several tests counts under each.
-- Counts: visits, alone, not_evaluable
-- Parts: alone of visits; not_evaluable of visits
-- Rows: listed
select
    test,
    count(*) as visits,
    count(*) filter (missing = 1) as alone,
    count(*) filter (response = 'NE') as not_evaluable
from (
    select response, len(list_distinct(limited_by)) as missing, unnest(list_distinct(limited_by)) as test
    from visits semi join cohort using (patient_id)
)
group by test
order by visits desc, test
