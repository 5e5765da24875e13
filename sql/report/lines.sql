-- What each line of therapy can be judged by
-- Grain: one line number (lines from $last_line on together) and kind of measurable disease.
select least(line, $last_line)::bigint as line, measurable_by, count(*) as lines
from lines semi join cohort using (patient_id)
group by all
order by line, measurable_by nulls last
