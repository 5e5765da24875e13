-- Days of a month
create or replace temp macro days_per_month() as 30.4375;
-- How long each patient was followed: to death, or to the last contact or any later dated row
-- Grain: one row per patient. Where the record contradicts itself about death, to the recorded last contact.
create or replace temp view follow_up_end as
select patients.patient_id, coalesce(survived.end_date, patients.last_contact_date) as followed_to
from patients left join time_to_event as survived
    on survived.patient_id = patients.patient_id and survived.endpoint = 'OS' and survived.origin = 'diagnosis';
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
