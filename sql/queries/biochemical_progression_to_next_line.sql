-- title: From biochemical progression to the next line
-- question: How long after a progression that only M-protein or light chains showed does the next line begin?
-- grain: one row per line number and kind of progression
-- access: aggregate
-- parameters:
--   lines_together_from integer = 4: lines from this one on are counted together
-- caveats:
--   Days are of those whose next line began; those still waiting have waited at least as long as they are followed, so the
--     median of all is longer.
--   Progression that the next line itself confirmed is in it (next_line_confirmed): it could not have been without it.
--   Only progression derived from visits: the kind of what the clinic alone recorded is not known.
-- columns:
--   line: line of therapy; the last one stands for it and those after it
--   kind: biochemical (RR.biochemical: by M-protein or free light chains only), or other
--   progressions: confirmed progressions; next_line, died and waiting add up to it
--   next_line: followed by another line
--   died: died without another
--   waiting: alive, and none so far
--   next_line_confirmed: those of next_line that were confirmed by it
--   days_q1: days from progression to the next line, lower quartile of next_line
--   days_median: median of those
--   days_q3: upper quartile of those
--   waiting_days_median: days from progression to last contact, median of those waiting
with progressed as (
    select
        least(lines.line, $lines_together_from)::bigint as line,
        case when biochemical then 'biochemical' else 'other' end as kind,
        lines.next_line_start - lines.progression_date as days,
        lines.progression_confirmed_by = 'next_line' as is_confirmed_by_it,
        patients.vital_status = 'dead' as is_dead,
        patients.last_contact_date - lines.progression_date as waiting_days
    from lines
    semi join cohort using (patient_id)
    join patients using (patient_id)
    join relapse on relapse.patient_id = lines.patient_id and relapse.line = lines.line
    where biochemical is not null
)
select
    line,
    kind,
    count(*) as progressions,
    count(days) as next_line,
    count(*) filter (days is null and is_dead) as died,
    count(*) filter (days is null and not is_dead) as waiting,
    count(days) filter (is_confirmed_by_it) as next_line_confirmed,
    quantile_cont(days, 0.25) as days_q1,
    quantile_cont(days, 0.5) as days_median,
    quantile_cont(days, 0.75) as days_q3,
    median(waiting_days) filter (days is null and not is_dead) as waiting_days_median
from progressed
group by line, kind
order by line, kind
