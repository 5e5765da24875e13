-- One row a performance status.
select PUBLIC_ID as patient_id, VISITDY::varchar as observed_on, 'ecog' as finding, ECOG_PERFORMANCEST::varchar as value
from PER_PATIENT_VISIT
where coalesce(try_cast(ECOG_PERFORMANCEST as double), -1) >= 0
