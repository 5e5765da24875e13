-- Patients with MGUS or smouldering myeloma who were never treated, and whether they were spared a bone agent
-- Grain: one row per patient. What had ended before the diagnosis was not given for it.
select
    patients.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when not records_care() then null
        when bool_or(greatest(care.start_date, care.end_date) >= diagnosis_date) then false
        -- begun before the diagnosis, without an end
        when bool_and(care.start_date is null or care.end_date is not null) then true
    end as passed
from patients left join care_given as care on care.patient_id = patients.patient_id and purpose = 'bone'
where diagnosis in ('MGUS', 'SMM') and patients.patient_id not in (select patient_id from treatments)
group by patients.patient_id
