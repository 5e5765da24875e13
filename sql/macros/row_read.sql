-- Every row read, accepted or refused, and by which rules it, or a cell of it, was refused
-- Grain: one row per row of the files that the contract's tables were read from. patient_id: null where a refused row has none; rows: 1.
create or replace temp view row_read as
with broken as (
    select source_file, row_number, "table", row_kept, list(distinct rule) as broken
    from quarantine
    group by source_file, row_number, "table", row_kept
)
select
    accepted_row.patient_id,
    null::varchar as site_id,
    accepted_row."table",
    accepted_row.source_file,
    accepted_row.row_number,
    coalesce(aside.broken, []) as broken,
    true as is_accepted,
    1 as rows
from accepted_row left join (from broken where row_kept) as aside using (source_file, row_number)
union all
select
    refused_row.patient_id, null, refused."table", refused.source_file, refused.row_number, refused.broken, false, 1
from (from broken where not row_kept) as refused left join refused_row using (source_file, row_number)
