-- Diagnoses recorded that Table 1 contradicts
-- Grain: one recorded diagnosis, derived one (null: none holds), and clause that speaks against the recorded.
-- Counts: patients
-- Rows: listed
select recorded, derived, clause, count(*) as patients
from diagnosis_disagreement
group by recorded, derived, clause
order by patients desc, recorded, derived nulls last, clause
