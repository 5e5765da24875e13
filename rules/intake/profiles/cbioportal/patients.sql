-- One row a patient; months from diagnosis. An age in whole years is half a year more on average.
select
    PATIENT_ID as patient_id,
    CENTER as site_id,
    coalesce(SEX, GENDER) as sex,
    round(-12 * (try_cast(AGE as double) + 0.5), 1)::varchar as birth_date,
    ISOTYPE as isotype,
    LIGHT_CHAIN as light_chain,
    coalesce(ISS_STAGE, ISS) as reported_iss,
    coalesce(RISS, R_ISS) as reported_r_iss,
    OS_STATUS as vital_status,
    case when regexp_matches(upper(OS_STATUS), 'DECEASED') then OS_MONTHS end as death_date,
    OS_MONTHS as last_contact_date
from data_clinical_patient
order by PATIENT_ID
