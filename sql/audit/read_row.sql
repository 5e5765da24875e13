-- The same rows as the macro read_row has, but sound ones counted instead of listed
-- Grain: one row per row of the files with an entry in the quarantine, and per table and site of the others (sound_row).
create or replace temp macro read_row(rules) as table
with broken as (
    select source_file, row_number, "table", row_kept, bool_or(list_contains(rules, rule)) as violated
    from quarantine
    group by source_file, row_number, "table", row_kept
)
select
    null::varchar as patient_id,
    site_id,
    "table",
    null::varchar as source_file,
    null::bigint as row_number,
    false as violated,
    rows
from sound_row
union all
select accepted_row.patient_id, null, accepted_row."table", aside.source_file, aside.row_number, aside.violated, 1
from (from broken where row_kept) as aside join accepted_row using (source_file, row_number)
union all
select refused_row.patient_id, null, refused."table", refused.source_file, refused.row_number, refused.violated, 1
from (from broken where not row_kept) as refused left join refused_row using (source_file, row_number)
