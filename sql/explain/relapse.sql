-- Progressions by kind, one row per line that has one.
select * exclude (patient_id) from relapse where patient_id = $patient order by line
