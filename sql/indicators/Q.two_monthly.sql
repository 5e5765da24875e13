-- Intervals between assessments that begin after the first year of a line and before progression, and whether each is
-- short enough
-- Grain: one row per interval, dated by the assessment that it begins with.
select
    patient_id,
    line,
    begins_on as dated,
    -- a line of which it is not known whether it progressed may not be asked about any more
    case
        when progression_source is null then null
        when next_on <= begins_on + $limit_days::integer then true
        when not may_be_unread(patient_id, 'labs', m_protein_tests(), begins_on + 1, begins_on + $limit_days::integer)
            then false
    end as passed
from assessment_interval
where date_diff('day', start_date, begins_on) >= $first_year_days
    and begins_on < coalesce(progression_date, 'infinity')
    and (
        next_on <= begins_on + $limit_days::integer
        or least(watched_to, progression_date) >= begins_on + $limit_days::integer
    )
