-- One row a patient; days from enrolment. An age in whole years is half a year more on average.
select
    PUBLIC_ID as patient_id,
    D_PT_SITE as site_id,
    coalesce(DEMOG_GENDER, D_PT_gender::varchar) as sex,
    round(-365.25 * (try_cast(D_PT_age as double) + 0.5))::bigint::varchar as birth_date,
    D_PT_iss::varchar as reported_iss,
    case when D_PT_deathdy is null then 'alive' else 'dead' end as vital_status,
    D_PT_deathdy::varchar as death_date,
    coalesce(D_PT_deathdy::varchar, D_PT_lstalive::varchar, D_PT_lastdy::varchar) as last_contact_date
from PER_PATIENT
order by PUBLIC_ID
