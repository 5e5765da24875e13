-- Accepted rows of $table
-- Grain: one row per row. dated: the latest of its dates (a treatment's end, where it has one); null of patients.
select patient_id, '$table' as "table", source_file, row_number, $dated as dated from $table
