-- Rows with an entry in the quarantine, and the rules by which they, or a cell of them, were refused
-- Grain: one row per row of the files that was refused, or of which a cell was set aside. patient_id: null where a refused row has none.
create or replace temp view broken_row as
with broken as (
    select source_file, row_number, "table", row_kept, list(distinct rule) as broken
    from quarantine
    group by source_file, row_number, "table", row_kept
)
select accepted_row.patient_id, accepted_row."table", aside.source_file, aside.row_number, aside.broken, true as is_accepted
from (from broken where row_kept) as aside join accepted_row using (source_file, row_number)
union all
select refused_row.patient_id, refused."table", refused.source_file, refused.row_number, refused.broken, false
from (from broken where not row_kept) as refused left join refused_row using (source_file, row_number)
