-- Visits flagged for the audit
-- Grain: one flag.
-- Counts: visits
-- Rows: listed
select flag, count(*) as visits
from (select unnest(list_distinct(flags)) as flag from visits semi join cohort using (patient_id))
group by flag
order by visits desc, flag
