-- Tests whose absence limited the response
-- Grain: one missing test. Counts of visits that could be better (or evaluable) if it had been done.
-- alone: no other test was missing. A visit that lacks several tests counts under each.
-- Counts: visits, alone, not_evaluable
-- Parts: alone of visits; not_evaluable of visits
-- Rows: listed
with alike as (  -- lists by the thousand visits are alike
    select response, limited_by, count(*) as n from visits semi join cohort using (patient_id) group by all
)
select
    test,
    sum(n)::bigint as visits,
    coalesce(sum(n) filter (missing = 1), 0)::bigint as alone,
    coalesce(sum(n) filter (response = 'NE'), 0)::bigint as not_evaluable
from (select response, n, len(list_distinct(limited_by)) as missing, unnest(list_distinct(limited_by)) as test from alike)
group by test
order by visits desc, test
