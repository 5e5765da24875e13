-- Dated rows of patients with a birth date, and whether they are dated before it
-- Grain: one row per row of every table but patients.
select
    patient_id,
    accepted_row."table",
    accepted_row.source_file,
    accepted_row.row_number,
    dated,
    dated < birth_date as violated
from accepted_row join patients using (patient_id)
where dated is not null and birth_date is not null
