-- Aggressive relapses, and whether the next line began soon
-- Grain: one row per line with a confirmed progression that is aggressive, or of which that can't be determined.
select
    line_watched.patient_id,
    line_watched.line,
    relapse.progression_date as dated,
    case
        when aggressive is null then null
        when next_line_start <= relapse.progression_date + $window_days::integer then true
        when may_be_unread(
            line_watched.patient_id,
            'treatments',
            null::varchar[],
            relapse.progression_date,
            relapse.progression_date + $window_days::integer
        ) then null
        when watched_to >= relapse.progression_date + $window_days::integer then false
    end as passed
from relapse join line_watched using (patient_id, line)
where aggressive is distinct from false
