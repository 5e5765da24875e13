-- Lines from which on a patient's course can be drawn: with known follow-up, and an evaluable visit in the line
-- Grain: one row per patient and line. `days` to death (`event`) or to the last contact, from the line's start.
create or replace temp view known_course as
select patient_id, line, start_date, days, event
from time_to_event
where
    endpoint = 'OS' and origin = 'line_start' and event is not null
    and (patient_id, line) in (
        select (patient_id, line) from visits where response <> 'NE' and not list_contains(flags, 'one_fluid_missing')
    )
