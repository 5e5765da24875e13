-- Patients whose course is asked for: myeloma, plasma cell leukaemia, or no diagnosis recorded, as for the curves
-- Grain: one row per patient. $diagnoses: the diagnoses that belong to it.
create or replace temp table cohort as
select patient_id, site_id, sex, birth_date, diagnosis_date, vital_status
from patients
where diagnosis is null or list_contains($diagnoses, diagnosis)
