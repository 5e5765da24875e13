-- What confirmed the progressions
-- Grain: one kind of confirmation. Counts of lines with a confirmed progression.
-- Counts: lines
-- Sums: lines over confirmed_by
-- Rows: listed
select coalesce(progression_confirmed_by, 'not recorded') as confirmed_by, count(*) as lines
from lines semi join cohort using (patient_id)
where progression_date is not null
group by all
order by lines desc, confirmed_by
