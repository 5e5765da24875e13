-- The patient as registered. One row; none: no such patient.
select * exclude (source_file, row_number) from patients where patient_id = $patient
