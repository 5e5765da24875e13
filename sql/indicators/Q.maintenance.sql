-- Patients transplanted in line 1 who live without progression some months later, and whether maintenance had begun by then
-- Grain: one row per patient; the months run from the last transplant of the line.
with grafted as (
    select patient_id, max(transplanted_on) as transplanted_on
    from transplant semi join myeloma using (patient_id)
    where line = 1 and is_certain
    group by patient_id
),
due as (
    select
        grafted.patient_id,
        transplanted_on,
        transplanted_on + to_months($within_months::integer) as due_on,
        progression_source,
        known_until,
        is_dead and died_on is null as may_have_died,
        iss
    from grafted
    join lines on lines.patient_id = grafted.patient_id and lines.line = 1
    join followed_until on followed_until.patient_id = grafted.patient_id
    left join staging on staging.patient_id = grafted.patient_id
    where not coalesce(progression_date <= transplanted_on + to_months($within_months::integer), false)
        and not coalesce(died_on <= transplanted_on + to_months($within_months::integer), false)
),
begun as (
    select
        due.patient_id,
        -- a treatment without a phase may be maintenance
        case
            when coalesce(phase, 'maintenance') <> 'maintenance' then false
            when drug <> 'lenalidomide' and (drug <> 'ixazomib' or iss <> 'III') then false
            when phase is not null and (drug = 'lenalidomide' or (drug = 'ixazomib' and iss = 'III')) then true
        end as is_maintenance
    from due join given_drug
        on given_drug.patient_id = due.patient_id
        and line = 1
        and coalesce(start_date > transplanted_on and start_date <= due_on, true)
)
select
    due.patient_id,
    1::bigint as line,
    transplanted_on as dated,
    case
        when progression_source is null or may_have_died or known_until < due_on then null
        when bool_or(is_maintenance) then true
        when bool_and(is_maintenance is not null or begun.patient_id is null) then false
    end as passed
from due left join begun on begun.patient_id = due.patient_id
group by due.patient_id, transplanted_on, due_on, progression_source, may_have_died, known_until
