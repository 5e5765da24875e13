-- Patients of the site with an unknown stage, and the missing tests
-- Grain: one patient. Internal: names patients.
select patient_id, diagnosis_date as dated, unknown_because
from staging join cohort using (patient_id)
where coalesce(site_id, 'unknown') = $site and unknown_because is not null and unknown_because <> ''
order by patient_id
limit $most
