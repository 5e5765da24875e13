-- Accepted rows, and whether a cell of theirs was set aside as it could not be read
-- Grain: one row per accepted row.
select patient_id, site_id, "table", source_file, row_number, len(broken) > 0 as violated, rows
from row_read
where is_accepted
