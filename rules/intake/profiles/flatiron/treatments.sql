-- One row a line, or the maintenance of one: its name is its drugs.
select
    PatientID::varchar as patient_id,
    LineNumber::varchar as line,
    case when lower(IsMaintenanceTherapy::varchar) in ('true', '1', 'yes', 't') then 'maintenance' end as phase,
    LineName as drugs,
    left(StartDate::varchar, 10) as start_date,
    left(EndDate::varchar, 10) as end_date
from LineOfTherapy
