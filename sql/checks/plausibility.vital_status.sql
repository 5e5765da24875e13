-- Patients, and whether their vital status and date of death contradict each other
-- Grain: one row per patient.
select
    patient_id,
    'patients' as "table",
    'death_date' as "column",
    source_file,
    row_number,
    death_date as dated,
    (vital_status = 'dead') <> (death_date is not null) as violated
from patients
