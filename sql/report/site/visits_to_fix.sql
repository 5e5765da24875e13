-- Visits of the site whose response waits for a test
-- Grain: one consequence and set of missing tests. Counts of visits that lack exactly these. consequence: judge (no response so
-- far), cr (below CR, and CR still possible), better. Of each the six sets that the most visits wait for.
-- Counts: visits
with waiting as (
    select
        list_sort(list_distinct(list_transform(limited_by, lambda test: case
            when test = 'clonal_plasma_cells' and list_contains(limited_by, 'marrow') then 'marrow'
            when test in ('flc_kappa', 'flc_lambda') and list_has_all(limited_by, ['flc_kappa', 'flc_lambda']) then 'flc'
            else test
        end))) as tests,
        case
            when response = 'NE' then 'judge'
            when not is_at_least(response, 'CR') and is_at_least(possible_response, 'CR') then 'cr'
            else 'better'
        end as consequence
    from visits semi join (select patient_id from cohort where coalesce(site_id, 'unknown') = $site) using (patient_id)
    where len(limited_by) > 0
)
select consequence, array_to_string(waiting.tests, ',') as tests, count(*) as visits
from waiting
group by consequence, waiting.tests
qualify row_number() over (partition by consequence order by count(*) desc, waiting.tests) <= 6
order by list_position(['judge', 'cr', 'better'], consequence), visits desc, tests
