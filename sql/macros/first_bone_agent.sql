-- The first bone agent of each patient with myeloma
-- Grain: one row per patient. is_denosumab: nothing else was begun on that day. is_dated false: one was given on a day that could not be
-- read, and it may have been the first.
create or replace temp view first_bone_agent as
select
    patient_id,
    start_date as begun_on,
    bool_and(drug = 'denosumab') as is_denosumab,
    bool_and(bool_and(start_date is not null)) over (partition by patient_id) as is_dated
from given_care semi join myeloma using (patient_id)
where purpose = 'bone'
group by patient_id, start_date
qualify row_number() over (partition by patient_id order by start_date) = 1
