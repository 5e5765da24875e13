-- Which patients moved: for use inside the house only
-- Grain: one row per subject, was, now and patient.
select distinct subject, was, now, patient_id from move order by all
