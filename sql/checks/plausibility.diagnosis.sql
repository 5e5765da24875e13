-- Patients with a line of therapy, and whether they were diagnosed after its start
-- Grain: one row per patient.
with first_line as (
    select patient_id, min(start_date) as start_date from lines group by patient_id
)
select
    patient_id,
    'patients' as "table",
    'diagnosis_date' as "column",
    source_file,
    row_number,
    diagnosis_date as dated,
    diagnosis_date > start_date as violated
from patients join first_line using (patient_id)
