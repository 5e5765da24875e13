-- Dated rows, and whether they are dated after the cut-off of the extract
-- Grain: one row per row of every table but patients.
select
    patient_id,
    "table",
    source_file,
    row_number,
    dated,
    dated > (select extract_cutoff from of_extract) as violated
from accepted_row
where dated is not null
