-- Tests of minimal residual disease, by date.
select collected_on, method, sensitivity, result
from mrd
where patient_id = $patient
order by collected_on, method, sensitivity, result
