-- Patients with myeloma, the population of the quality audit: recorded as MM, or with no diagnosis recorded
-- Grain: one row per patient, with the columns of patients.
create or replace temp view myeloma as
select * from patients where coalesce(diagnosis, 'MM') = 'MM'
