-- Patients with a birth date, and whether it lies after the diagnosis
-- Grain: one row per patient.
select
    patient_id,
    'patients' as "table",
    'birth_date' as "column",
    source_file,
    row_number,
    birth_date as dated,
    birth_date > diagnosis_date as violated
from patients
where birth_date is not null
