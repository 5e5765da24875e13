-- Rows of $table in which $column is asked for, and whether it is empty
-- Grain: one row per accepted row that $where selects, and one per row refused as the column is empty. The audit counts the
-- columns of a table together (sql/audit/column_count.sql, column_refused.sql, column_row.sql); this says one by one what it finds.
select
    patient_id,
    '$table' as "table",
    '$column' as "column",
    source_file,
    row_number,
    "$column" is null as violated
from $table
where $where
union all
select refused_row.patient_id, '$table' as "table", '$column' as "column", source_file, row_number, true as violated
from quarantine left join refused_row using (source_file, row_number)
where quarantine."table" = '$table' and coalesce(field, "column") = '$column' and rule = 'missing_value' and not row_kept
