-- Rows of patients read, and whether they were refused as their patient_id was taken
-- Grain: one row per row read.
select *, 'patient_id' as "column" from read_row(['repeated_patient_id']) where "table" = 'patients'
