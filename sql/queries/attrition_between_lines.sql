-- title: Attrition between lines
-- question: Of those who begin a line, how many come to the next, and what became of the others?
-- grain: one row per line number
-- access: aggregate
-- parameters: none
-- caveats:
--   Who is still followed may come to the next line later; the percentages are of all who began and understate it.
--   A line that the extract lacks is not known to have been.
-- columns:
--   line: line of therapy
--   started: patients who began it; the next five columns add up to it
--   next_line: began another after it
--   died: died without another
--   progressed: alive, progressed in it, without another so far
--   on_without_progression: alive, without progression so far and without another
--   progression_unknown: alive and without another; whether it progressed is not known
--   next_line_percent: of started
--   died_percent: of started
--   months_median: months from its start to the next, median of those who came to it
with ended as (
    select
        lines.line,
        (lines.next_line_start - lines.start_date) / days_per_month() as months,
        case
            when lines.next_line_start is not null then 'next_line'
            when patients.vital_status = 'dead' then 'died'
            when lines.progression_date is not null then 'progressed'
            when lines.progression_source is null then 'progression_unknown'
            else 'on_without_progression'
        end as ended
    from lines semi join cohort using (patient_id) join patients using (patient_id)
)
select
    line,
    count(*) as started,
    count(*) filter (ended = 'next_line') as next_line,
    count(*) filter (ended = 'died') as died,
    count(*) filter (ended = 'progressed') as progressed,
    count(*) filter (ended = 'on_without_progression') as on_without_progression,
    count(*) filter (ended = 'progression_unknown') as progression_unknown,
    share(count(*) filter (ended = 'next_line'), count(*)) as next_line_percent,
    share(count(*) filter (ended = 'died'), count(*)) as died_percent,
    round(median(months), 1) as months_median
from ended
group by line
order by line
