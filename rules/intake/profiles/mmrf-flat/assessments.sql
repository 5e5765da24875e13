-- One row a response that the clinic recorded.
select PUBLIC_ID as patient_id, AT_RESPONSEASSES::varchar as assessed_on, AT_TREATMENTRESP as response
from PER_PATIENT_VISIT
where AT_TREATMENTRESP is not null
