-- title: Patients who may have anti-BCMA CAR-T
-- question: Who has had three lines with all three classes, progressed on or soon after the last, and no earlier CAR-T?
-- grain: one row per patient who is eligible, or may be
-- access: internal
-- parameters:
--   min_lines integer = 3: lines of therapy at least
--   days integer = 60: progression at most so many days after the last line's last dose
--   alive_only boolean = true: only patients who are alive
-- caveats:
--   A patient stands here as unknown where a datum that is missing could still make them eligible; who is known not to be
--     is left out.
--   Every CAR-T (phase car_t) counts as anti-BCMA. A treatment row without phase could be one, or an allogeneic transplant,
--     unless it names a drug of the classes.
--   Plasma cell leukaemia is left out. Disease of the central nervous system, fitness and a slot are not in the store.
-- columns:
--   patient_id: the patient
--   site_id: where they are followed; null: not recorded
--   verdict: eligible or unknown
--   unknown_because: what is missing, semicolons between; null where eligible
--   lines: lines begun
--   last_line: the last of them
--   last_line_start: its start
--   last_dose_on: its last dose; null: not recorded, or still given
--   progression_date: confirmed progression in it; null: none known
--   progression_confirmed_by: assessment, next_line, death, finding or reported
with line_count as (
    select patient_id, count(*) as lines from lines group by patient_id
),
last_line as (
    select * from lines qualify row_number() over (partition by patient_id order by start_date desc, line desc) = 1
),
exposure as (
    select
        patient_id,
        bool_or(least(proteasome_inhibitors, immunomodulatory_drugs, anti_cd38) > 0)
            filter (measure = 'given') as is_exposed,
        bool_or(least(proteasome_inhibitors, immunomodulatory_drugs, anti_cd38) > 0)
            filter (measure = 'may_have_been_given') as may_be_exposed
    from class_count($days)
    group by patient_id
),
earlier as (
    select
        treatments.patient_id,
        bool_or(coalesce(phase in ('car_t', 'allogeneic_transplant'), false)) as had_either,
        bool_or(phase is null and not exists (
            select 1 from drug_class
            where list_contains(
                list_transform(string_split(treatments.drugs, ';'), lambda name: lower(trim(name))), drug_class.drug
            )
        )) as may_have_had
    from treatments
    group by treatments.patient_id
),
-- Without an end the last dose was on the last row's start or later.
last_known_dose as (
    select patient_id, line, max(greatest(start_date, end_date)) as dose_on from treatments group by all
),
judged as (
    select
        patients.patient_id, patients.site_id, line_count.lines,
        last_line.line as last_line, last_line.start_date as last_line_start, last_line.end_date as last_dose_on,
        last_line.progression_date, last_line.progression_confirmed_by,
        case when exposure.is_exposed then true when not exposure.may_be_exposed then false end as is_exposed,
        case when earlier.had_either then false when not earlier.may_have_had then true end as had_neither,
        case
            when last_line.progression_date is null then
                case when last_line.progression_source is not null then false end
            when last_line.progression_date <= last_known_dose.dose_on + $days::integer then true
            when last_line.end_date is not null then false
        end as has_progressed
    from patients
    semi join cohort using (patient_id)
    join line_count using (patient_id)
    join last_line using (patient_id)
    join exposure using (patient_id)
    join earlier using (patient_id)
    join last_known_dose on last_known_dose.patient_id = last_line.patient_id and last_known_dose.line = last_line.line
    where line_count.lines >= $min_lines
        and patients.diagnosis is distinct from 'PCL'
        and (patients.vital_status = 'alive' or not $alive_only)
)
select
    patient_id,
    site_id,
    case when is_exposed and had_neither and has_progressed then 'eligible' else 'unknown' end as verdict,
    nullif(array_to_string(list_filter([
        case when is_exposed is null then 'drugs of a treatment' end,
        case when had_neither is null then 'phase of a treatment' end,
        case
            when has_progressed is null and progression_date is null then 'progression in the last line'
            when has_progressed is null then 'last dose of the last line'
        end
    ], lambda datum: datum is not null), ';'), '') as unknown_because,
    lines,
    last_line,
    last_line_start,
    last_dose_on,
    progression_date,
    progression_confirmed_by
from judged
where is_exposed is distinct from false and had_neither is distinct from false and has_progressed is distinct from false
order by verdict, patient_id
