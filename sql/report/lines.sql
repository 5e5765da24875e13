-- What lines of therapy can be judged by
-- Grain: one kind of measurable disease at the start of the line.
-- Counts: lines
-- Sums: lines over measurable_by
-- Rows: listed
select coalesce(measurable_by, 'unknown') as measurable_by, count(*) as lines
from lines semi join cohort using (patient_id)
group by all
order by lines desc, measurable_by
