-- First lines without transplant that began with daratumumab in one of two regimens, and whether it was given until progression
-- Grain: one row per patient. Still given, or given until death, is not stopped. Unknown as well: a drug of the line's beginning is not
-- named, and with it the regimen may have been one.
with first_line as (
    select patient_id, line, start_date, is_daratumumab_regimen(drugs) as is_certain
    from line_regimen($regimen_days) as regimen semi join myeloma using (patient_id)
    where line = 1
        and (is_daratumumab_regimen(drugs) or has_unnamed)
        and patient_id not in (select patient_id from transplant where line = 1 and is_certain)
)
select
    first_line.patient_id,
    first_line.line::bigint as line,
    first_line.start_date as dated,
    case
        when not first_line.is_certain then null
        when bool_or(until <> 'stopped') then true
        when bool_and(until is not null) then false
    end as passed
from first_line left join given_until($days_after_last_dose) as given
    on given.patient_id = first_line.patient_id and given.line = first_line.line and drug = 'daratumumab'
group by first_line.patient_id, first_line.line, first_line.start_date, first_line.is_certain
