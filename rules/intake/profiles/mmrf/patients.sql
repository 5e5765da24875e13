-- One row a subject, with the primary diagnosis; days from the first treatment.
with primary_disease as (
    select
        public_id,
        min_by(days_to_diagnosis::varchar, try_cast(days_to_diagnosis as double)) as diagnosed,
        max(try_cast(days_to_last_follow_up as double))::bigint::varchar as seen,
        max(iss_stage::varchar) as iss,
        max(r_iss_stage::varchar) as r_iss
    from diagnosis
    where coalesce(lower(diagnosis_is_primary_disease::varchar), 'true') not in ('false', 'no', '0')
    group by public_id
)
select
    s.public_id as patient_id,
    s.institution_id::varchar as site_id,
    s.gender as sex,
    s.days_to_birth::varchar as birth_date,
    d.diagnosed as diagnosis_date,
    d.iss as reported_iss,
    d.r_iss as reported_r_iss,
    coalesce(s.vital_status, case when s.days_to_death is not null then 'dead' end) as vital_status,
    s.days_to_death::varchar as death_date,
    coalesce(s.days_to_death::varchar, d.seen) as last_contact_date
from subject as s
left join primary_disease as d using (public_id)
order by s.public_id
