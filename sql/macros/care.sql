-- Whether the extract has supportive care at all: where it has none, that a patient has none tells nothing
create or replace temp macro records_care() as (select count(*) > 0 from supportive_care);
-- The first bone agent of each patient with myeloma
-- Grain: one row per patient. is_denosumab: nothing else was begun on that day.
create or replace temp view first_bone_agent as
select patient_id, start_date as begun_on, bool_and(drug = 'denosumab') as is_denosumab
from given_care semi join myeloma using (patient_id)
where purpose = 'bone'
group by patient_id, start_date
qualify row_number() over (partition by patient_id order by start_date) = 1
