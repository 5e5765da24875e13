-- Dated rows, and whether they are dated after the last contact of their patient
-- Grain: one row per row of every table but patients.
select
    patient_id,
    accepted_row."table",
    accepted_row.source_file,
    accepted_row.row_number,
    dated,
    dated > last_contact_date as violated
from accepted_row join patients using (patient_id)
where dated is not null
