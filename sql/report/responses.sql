-- Best confirmed response of each line of therapy
-- Grain: one line number (lines from $last_line on together) and response; null is none (no visit in the line).
select least(line, $last_line)::bigint as line, best_response, count(*) as lines
from lines semi join cohort using (patient_id)
group by all
order by line, best_response nulls last
