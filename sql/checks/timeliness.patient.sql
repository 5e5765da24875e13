-- Patients not recorded as dead, and whether the last news of them is old
-- Grain: one row per patient. News: the last contact or any dated row; old: against the newest last contact of the extract.
with latest as (
    select patient_id, max(dated) as dated from accepted_row group by patient_id
)
select
    patient_id,
    'patients' as "table",
    patients.source_file,
    patients.row_number,
    greatest(last_contact_date, latest.dated) as dated,
    (select max(last_contact_date) from patients) - greatest(last_contact_date, latest.dated) > $within_days as violated
from patients left join latest using (patient_id)
where vital_status <> 'dead' and death_date is null
