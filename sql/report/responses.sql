-- Best confirmed response of each line of therapy
-- Grain: one line number (lines from $last_line on together) and response; null is none (no visit in the line).
-- Counts: lines
-- Sums: lines over best_response within line
-- Labels: line
with responses as (
    select least(line, $last_line)::bigint as line, best_response
    from lines semi join cohort using (patient_id)
)
select l.line, r.best_response, count(*) filter (found.line is not null) as lines
from (select distinct line from responses) as l
cross join (select unnest(list_append(enum_range(null::response_category), null)) as best_response) as r
left join responses as found on found.line = l.line and found.best_response is not distinct from r.best_response
group by all
order by l.line, r.best_response nulls last
