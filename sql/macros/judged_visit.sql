-- Visits that the clinic judged too, with what it recorded and what was derived
-- Grain: one row per visit that an assessment belongs to: the nearest visit of the same line within some days of it (of
-- two equally near the earlier); of several assessments of one visit the nearest, then the earlier, then the first in the
-- files. The line is the one recorded with the assessment, else the one that its date lies in.
-- agrees: null where it is unknown, as one of the two is NE, or what the clinic recorded lies above the derived response
-- and a missing test keeps it out of reach.
create or replace temp macro judged_visit(within_days) as table
with started as (
    -- of two lines that start on one day the later number has the visits (V.line)
    select patient_id, start_date, max(line) as line from lines group by all
),
assessed as (
    select
        assessments.patient_id,
        coalesce(assessments.line, started.line) as line,
        assessed_on,
        response as recorded,
        source_file,
        row_number
    from assessments
    asof left join started
        on started.patient_id = assessments.patient_id and assessments.assessed_on > started.start_date
),
near as (
    select
        assessed.*,
        visits.visit_date,
        visits.response as derived,
        visits.confirmed_response as confirmed,
        visits.possible_response as possible,
        visits.progression_reasons,
        visits.limited_by,
        abs(date_diff('day', visit_date, assessed_on)) as days_apart
    from assessed join visits using (patient_id, line)
    where days_apart <= within_days
    qualify row_number() over (
        partition by patient_id, line, assessed_on, source_file, row_number order by days_apart, visit_date
    ) = 1
),
ranked as (
    select *
    from near
    qualify row_number() over (
        partition by patient_id, line, visit_date order by days_apart, assessed_on, source_file, row_number
    ) = 1
)
select
    patient_id,
    line,
    visit_date,
    assessed_on,
    recorded,
    derived,
    confirmed,
    possible,
    progression_reasons,
    limited_by,
    case
        when recorded = 'NE' or derived = 'NE' then null
        when recorded = derived then true
        when is_at_least(recorded, derived) and is_at_least(possible, recorded) then null
        else false
    end as agrees
from ranked
