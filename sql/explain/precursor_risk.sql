-- Risk of progression of a precursor, one row per model.
select * exclude (patient_id) from precursor_risk where patient_id = $patient order by model
