-- Patients, and whether their last contact lies before the diagnosis or after death
-- Grain: one row per patient. Null: died, on a date that is not recorded, and last seen after the diagnosis.
select
    patient_id,
    'patients' as "table",
    'last_contact_date' as "column",
    source_file,
    row_number,
    last_contact_date as dated,
    last_contact_date < diagnosis_date or case
        when death_date is not null then last_contact_date > death_date
        when vital_status = 'alive' then false
    end as violated
from patients
