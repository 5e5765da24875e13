-- Rows of $table, refused ones too, whose patient_id no accepted row of patients has.
-- Grain: one row per row of the files.
select source_file, row_number, patient_id, 'patient_id' as "column", patient_id as value, 'unknown_patient' as rule
from (
    select source_file, row_number, patient_id from $table
    union all
    select source_file, row_number, patient_id from refused_row where "table" = '$table'
)
anti join patients using (patient_id)
