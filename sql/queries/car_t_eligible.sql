-- title: Patients who may have anti-BCMA CAR-T
-- question: Who meets every part of RR.car_t at their latest visit, or may?
-- grain: one row per patient who is eligible, or may be
-- access: internal
-- parameters:
--   alive_only boolean = true: only patients who are alive
-- caveats:
--   As RR.car_t has it, at the latest visit: three lines with all three classes, progression of the last, no disease of the
--     central nervous system, no allogeneic transplant or CAR-T before, no plasma cell leukaemia, AL or POEMS.
--   A patient stands here as unknown where a datum that is missing could still make them eligible; who is known not to be
--     is left out. So is who has had no visit since the last line began.
--   Fitness and a slot are not in the store.
-- columns:
--   patient_id: the patient
--   site_id: where they are followed; null: not recorded
--   verdict: eligible or unknown
--   unknown_because: what is missing, semicolons between; null where eligible
--   visit_date: the latest visit
--   lines: lines begun
--   last_line: the last of them
--   last_line_start: its start
--   last_dose_on: its last dose; null: not recorded, or still given
--   progression_date: confirmed progression in it; null: none known
--   progression_confirmed_by: assessment, next_line, death, finding, two_markers or reported
with last_line as (
    select *, count(*) over (partition by patient_id) as lines
    from lines
    qualify row_number() over (partition by patient_id order by start_date desc, line desc) = 1
),
latest as (
    select * from car_t_eligibility
    qualify row_number() over (partition by patient_id order by visit_date desc) = 1
)
select
    patients.patient_id,
    patients.site_id,
    case when latest.eligible then 'eligible' else 'unknown' end as verdict,
    nullif(array_to_string(latest.unknown_because, ';'), '') as unknown_because,
    latest.visit_date,
    last_line.lines,
    last_line.line as last_line,
    last_line.start_date as last_line_start,
    last_line.end_date as last_dose_on,
    last_line.progression_date,
    last_line.progression_confirmed_by
from patients
semi join cohort using (patient_id)
join latest using (patient_id)
join last_line on last_line.patient_id = latest.patient_id and last_line.line = latest.line
where latest.eligible is distinct from false
    and (patients.vital_status = 'alive' or not $alive_only)
order by verdict, patients.patient_id
