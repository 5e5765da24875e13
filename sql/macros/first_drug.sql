-- When each treated patient was first given a drug: radiotherapy is none
-- Grain: one row per patient with such a treatment.
create or replace temp view first_drug as
select patient_id, min(start_date) as begun_on
from treatments
where phase is distinct from 'radiotherapy'
group by patient_id
