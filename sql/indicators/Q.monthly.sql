-- Intervals between assessments that begin in the first year of a line, and whether each is short enough
-- Grain: one row per interval, dated by its beginning: the line's start, or an assessment.
select
    patient_id,
    line,
    begins_on as dated,
    case
        when next_on <= begins_on + $limit_days::integer then true
        when is_assessed
            and not may_be_unread(patient_id, 'labs', m_protein_tests(), begins_on + 1, begins_on + $limit_days::integer)
            then false
    end as passed
from assessment_interval
where date_diff('day', start_date, begins_on) < $first_year_days
    and (next_on <= begins_on + $limit_days::integer or watched_to >= begins_on + $limit_days::integer)
