-- Times to events, from diagnosis first.
select * exclude (patient_id)
from time_to_event
where patient_id = $patient
order by line nulls first, array_position(['OS', 'PFS', 'PFS2', 'TTP', 'EFS', 'TTNT', 'TTD', 'TTR', 'DOR'], endpoint), endpoint, origin
