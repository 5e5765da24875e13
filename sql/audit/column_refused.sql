-- Rows refused as a column is empty that is asked for
-- Grain: one row per row and column. $columns: those asked about, each after its table and a point.
select
    refused_row.patient_id,
    quarantine."table",
    coalesce(field, "column") as "column",
    source_file,
    row_number,
    true as violated
from quarantine left join refused_row using (source_file, row_number)
where rule = 'missing_value'
    and not row_kept
    and list_contains($columns, concat(quarantine."table", '.', coalesce(field, "column")))
