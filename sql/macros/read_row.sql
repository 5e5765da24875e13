-- Every row read, accepted or refused, and whether it was refused by one of some rules
-- Grain: one row per row of the files that the contract's tables were read from. patient_id: null where a refused row has none.
create or replace temp macro read_row(rules) as table
with refused as (
    select source_file, row_number, "table", bool_or(list_contains(rules, rule)) as violated
    from quarantine
    group by source_file, row_number, "table"
)
select patient_id, "table", source_file, row_number, false as violated from accepted_row
union all
select refused_row.patient_id, refused."table", refused.source_file, refused.row_number, refused.violated
from refused left join refused_row using (source_file, row_number)
