-- Frailty, one row per line (null: never treated) and score.
select * exclude (patient_id) from frailty where patient_id = $patient order by line nulls first, model desc
