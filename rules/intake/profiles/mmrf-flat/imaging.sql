-- One row a count of lytic lesions: 0, 1, 2, or at least 3.
select PUBLIC_ID as patient_id, VISITDY::varchar as performed_on, BA_OFLYTICLESION::varchar as lytic_lesions
from PER_PATIENT_VISIT
where BA_OFLYTICLESION is not null
