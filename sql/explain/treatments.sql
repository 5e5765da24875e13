-- Phases of each line, in order.
select line, phase, drugs, start_date, end_date, stop_reason
from treatments
where patient_id = $patient
order by line, start_date, phase, drugs, end_date, stop_reason
