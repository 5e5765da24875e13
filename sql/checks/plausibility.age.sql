-- Patients born before their diagnosis, and whether their age at it is implausible
-- Grain: one row per patient. Age in whole years.
select
    patient_id,
    'patients' as "table",
    'birth_date' as "column",
    source_file,
    row_number,
    birth_date as dated,
    date_sub('year', birth_date, diagnosis_date) not between $low_years and $high_years as violated
from patients
where birth_date <= diagnosis_date
