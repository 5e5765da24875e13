-- How many visits could be judged
-- Grain: one line number (lines from $last_line on together). Counts of visits.
-- Counts: visits, not_evaluable, limited
-- Parts: not_evaluable of visits; limited of visits
-- Sums: visits over line; not_evaluable over line; limited over line
-- Labels: line
select
    least(line, $last_line)::bigint as line,
    count(*) as visits,
    count(*) filter (response = 'NE') as not_evaluable,
    count(*) filter (response <> 'NE' and len(limited_by) > 0) as limited
from visits semi join cohort using (patient_id)
where line is not null
group by all
order by 1
