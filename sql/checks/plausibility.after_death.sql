-- Dated rows of patients who died, and whether they are dated after the death
-- Grain: one row per row of every table but patients. Null: the date of death is not recorded.
select
    patient_id,
    accepted_row."table",
    accepted_row.source_file,
    accepted_row.row_number,
    dated,
    dated > death_date as violated
from accepted_row join patients using (patient_id)
where dated is not null and (vital_status = 'dead' or death_date is not null)
