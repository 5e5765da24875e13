-- Every row read, accepted or refused, and whether it, or a cell of it, was refused by one of some rules
-- Grain: one row per row of row_read.
create or replace temp macro read_row(rules) as table
select patient_id, site_id, "table", source_file, row_number, list_has_any(broken, rules) as violated, rows
from row_read
