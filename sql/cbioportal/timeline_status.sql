-- What the disease did: diagnosis, response at every visit that has one, progression, last contact and death, in days from
-- diagnosis.
-- Grain: one row per event of a patient (and line). SOURCE: where a progression is known from.
with events as (
    select patient_id, diagnosis_date as on_day, 'Diagnosis' as status, null as confirmed, null::bigint as line, null as source
    from patients
    union all
    select patient_id, visit_date, response, confirmed_response, line, 'derived' from visits
    where response is not null and response <> 'NE'
    union all
    select patient_id, progression_date, 'Progression', null, line, progression_source from lines
    where progression_date is not null
    union all
    select patient_id, death_date, 'Deceased', null, null, null from patients
    where vital_status = 'dead' and death_date is not null
    union all
    select patient_id, last_contact_date, 'Last contact', null, null, null from patients
    where vital_status = 'alive' or death_date is null
)
select
    e.patient_id as "PATIENT_ID",
    date_diff('day', p.diagnosis_date, e.on_day) as "START_DATE",
    null as "STOP_DATE",
    'STATUS' as "EVENT_TYPE",
    e.status as "STATUS",
    e.confirmed as "CONFIRMED",
    e.line as "LINE",
    e.source as "SOURCE"
from events e
join patients p using (patient_id)
order by all
