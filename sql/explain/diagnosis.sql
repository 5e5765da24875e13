-- The diagnosis by Table 1 with the values and verdicts it rests on. One row.
select diagnosis.* exclude (patient_id), diagnosis_evidence.* exclude (patient_id, diagnosis_date)
from diagnosis join diagnosis_evidence using (patient_id)
where patient_id = $patient
