-- Light chains in AL amyloidosis and VEGF in POEMS syndrome, one row per visit; none for others.
select * exclude (patient_id) from al_poems_visits where patient_id = $patient order by line, visit_date
