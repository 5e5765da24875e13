-- Whether a patient with AL amyloidosis could be transplanted; no row for others.
select * exclude (patient_id) from al_transplant where patient_id = $patient
