-- First lines without transplant that began with daratumumab in one of two regimens, and whether it was given until progression
-- Grain: one row per patient. Still given, or given until death, is not stopped.
with first_line as (
    select patient_id, line, start_date
    from line_regimen($regimen_days) as regimen semi join myeloma using (patient_id)
    where line = 1
        and (
            list_has_all(drugs, ['daratumumab', 'lenalidomide', 'dexamethasone'])
            or list_has_all(drugs, ['daratumumab', 'melphalan', 'prednisolone', 'bortezomib'])
        )
        and patient_id not in (select patient_id from transplanted where line = 1 and is_certain)
)
select
    first_line.patient_id,
    first_line.line::bigint as line,
    first_line.start_date as dated,
    case when bool_or(until <> 'stopped') then true when bool_and(until is not null) then false end as passed
from first_line join given_until($days_after_last_dose) as given
    on given.patient_id = first_line.patient_id and given.line = first_line.line and drug = 'daratumumab'
group by first_line.patient_id, first_line.line, first_line.start_date
