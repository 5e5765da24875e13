-- Stage at diagnosis. One row.
select * exclude (patient_id) from staging where patient_id = $patient
