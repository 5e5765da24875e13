-- How far each patient's record reaches
-- Grain: one row per patient. last_contact: the latest of the recorded one and any dated row. known_until: up to this day what
-- has not been recorded has not been done; of the dead it is for good.
create or replace temp view followed_until as
select
    patients.patient_id,
    vital_status = 'dead' as is_dead,
    case when vital_status = 'dead' then death_date end as died_on,
    greatest(last_contact_date, outcome.end_date) as last_contact,
    case when vital_status = 'dead' then 'infinity'::date else greatest(last_contact_date, outcome.end_date) end
        as known_until
from patients left join time_to_event as outcome
    on outcome.patient_id = patients.patient_id and outcome.endpoint = 'OS' and outcome.origin = 'diagnosis'
