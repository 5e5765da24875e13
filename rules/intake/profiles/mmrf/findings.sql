-- One row a performance status.
select
    public_id as patient_id,
    coalesce(days_to_visit::varchar, days_to_follow_up::varchar, days_to_disease_response_assessment::varchar) as observed_on,
    'ecog' as finding,
    ecog_ps_numeric::varchar as value
from followup
where ecog_ps_numeric is not null
