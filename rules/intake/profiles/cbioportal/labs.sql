-- One row a result of the timeline of laboratory tests; tests by the names of this program.
select PATIENT_ID as patient_id, START_DATE as collected_on, TEST as analyte, RESULT as value, UNIT as unit
from data_timeline_labtest
where RESULT is not null
