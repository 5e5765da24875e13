-- One row a response that the clinic recorded.
select public_id as patient_id, days_to_disease_response_assessment::varchar as assessed_on, disease_response as response
from followup
where disease_response is not null
