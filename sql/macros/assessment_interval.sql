-- Intervals from a line's start, and from each of its assessments, to the next of them
-- Grain: one row per patient, line and begins_on. next_on is null for the last, which is open; is_assessed says whether
-- the line has any assessment.
create or replace temp view assessment_interval as
with looked as (
    select patient_id, line, start_date as begins_on from line_watched
    union all
    select patient_id, line, visit_date from assessed_visit
),
followed_by as (
    select
        *,
        lead(begins_on) over (partition by patient_id, line order by begins_on) as next_on,
        count(*) over (partition by patient_id, line) > 1 as is_assessed
    from looked
)
select
    followed_by.*, line_watched.start_date, line_watched.progression_date, line_watched.progression_source,
    line_watched.watched_to
from followed_by join line_watched using (patient_id, line)
-- what begins with the next line is that line's
where begins_on < coalesce(next_line_start, 'infinity')
