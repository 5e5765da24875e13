-- Diagnoses recorded, and whether they are the cohort's
-- Grain: one diagnosis; null is not recorded.
-- Counts: patients
-- Sums: patients over diagnosis within is_cohort
-- Rows: listed
select
    diagnosis,
    patient_id in (select patient_id from cohort) as is_cohort,
    count(*) as patients
from patients
group by all
order by is_cohort desc, patients desc, diagnosis nulls last
