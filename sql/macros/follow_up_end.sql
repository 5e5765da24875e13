-- How long each patient was followed: to death, or to the last contact or any later dated row
-- Grain: one row per patient. Where the record contradicts itself about death, to the recorded last contact.
create or replace temp view follow_up_end as
select patients.patient_id, coalesce(survived.end_date, patients.last_contact_date) as followed_to
from patients left join time_to_event as survived
    on survived.patient_id = patients.patient_id and survived.endpoint = 'OS' and survived.origin = 'diagnosis'
