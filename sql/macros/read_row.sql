-- Every row read, accepted or refused, and whether it, or a cell of it, was refused by one of some rules
-- Grain: one row per row of the files that the contract's tables were read from. patient_id: null where a refused row has none.
create or replace temp macro read_row(rules) as table
with broken as (
    select source_file, row_number, "table", row_kept, bool_or(list_contains(rules, rule)) as violated
    from quarantine
    group by source_file, row_number, "table", row_kept
)
select
    accepted_row.patient_id,
    accepted_row."table",
    accepted_row.source_file,
    accepted_row.row_number,
    coalesce(aside.violated, false) as violated
from accepted_row left join (from broken where row_kept) as aside using (source_file, row_number)
union all
select refused_row.patient_id, refused."table", refused.source_file, refused.row_number, refused.violated
from (from broken where not row_kept) as refused left join refused_row using (source_file, row_number)
