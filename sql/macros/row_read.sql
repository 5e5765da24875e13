-- Every row read, accepted or refused, and by which rules it, or a cell of it, was refused
-- Grain: one row per row of the files that the contract's tables were read from. patient_id: null where a refused row has none; rows: 1.
create or replace temp view row_read as
select patient_id, null::varchar as site_id, "table", source_file, row_number, broken, is_accepted, 1 as rows
from broken_row
union all
select patient_id, null, "table", source_file, row_number, []::varchar[], true, 1
from accepted_row anti join (from quarantine where row_kept) as aside using (source_file, row_number)
