-- One row a response among the statuses.
select PATIENT_ID as patient_id, START_DATE as assessed_on, STATUS as response
from data_timeline_status
where lower(STATUS) in ('scr', 'cr', 'vgpr', 'pr', 'mr', 'sd', 'pd', 'ne')
