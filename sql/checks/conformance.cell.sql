-- Accepted rows, and whether a cell of theirs was set aside as it could not be read
-- Grain: one row per accepted row.
select
    accepted_row.patient_id,
    accepted_row."table",
    accepted_row.source_file,
    accepted_row.row_number,
    aside.row_number is not null as violated
from accepted_row
left join (select distinct source_file, row_number from quarantine where row_kept) as aside using (source_file, row_number)
