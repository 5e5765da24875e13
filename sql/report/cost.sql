-- Which tests would have decided more
-- Grain: one set of missing tests. Counts of visits that lack exactly these, and could then be: evaluable, VGPR or better,
-- CR or better. tests is sorted and apart by commas, two codes of one examination are one; could be is not would be. At most twelve sets.
-- Counts: visits, not_evaluable, could_be_vgpr, could_be_cr
-- Parts: not_evaluable of visits; could_be_vgpr of visits; could_be_cr of visits
-- Rows: listed
with alike as (  -- lists by the thousand visits are alike
    select limited_by, response, possible_response, count(*) as n
    from visits semi join cohort using (patient_id)
    where len(limited_by) > 0
    group by all
),
ranked as (
    select
        list_sort(list_distinct(list_transform(limited_by, lambda test: case
            when test = 'clonal_plasma_cells' and list_contains(limited_by, 'marrow') then 'marrow'
            when test in ('flc_kappa', 'flc_lambda') and list_has_all(limited_by, ['flc_kappa', 'flc_lambda']) then 'flc'
            else test
        end))) as tests,
        response,
        possible_response,
        n
    from alike
)
select
    array_to_string(tests, ',') as tests,
    sum(n)::bigint as visits,
    coalesce(sum(n) filter (response = 'NE'), 0)::bigint as not_evaluable,
    coalesce(sum(n) filter (not is_at_least(response, 'VGPR') and is_at_least(possible_response, 'VGPR')), 0)::bigint as could_be_vgpr,
    coalesce(sum(n) filter (not is_at_least(response, 'CR') and is_at_least(possible_response, 'CR')), 0)::bigint as could_be_cr
from ranked
group by ranked.tests
order by could_be_cr desc, visits desc, tests
limit 12
