-- MRD as the criteria judge it, by date and category. mrd null: can't be told.
select * exclude (patient_id) from mrd_status where patient_id = $patient order by collected_on, category
