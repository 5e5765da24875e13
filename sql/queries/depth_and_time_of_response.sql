-- title: Depth and time of response
-- question: How deep do patients respond in each line, and how long does it take them?
-- grain: one row per line number and depth (at least PR, at least VGPR, at least CR)
-- access: aggregate
-- parameters:
--   lines_together_from integer = 4: lines from this one on are counted together
-- caveats:
--   Times are of those who got so deep, from the line's start to the first visit of that confirmed depth; they say nothing of
--     those who did not, and can't be compared between depths as if the same patients were in both.
--   A line that goes on may still get deeper.
-- columns:
--   line: line of therapy; the last one stands for it and those after it
--   depth: PR, VGPR or CR, each or better
--   evaluable: lines with a visit that is not NE
--   reached: those of them with that confirmed response before progression
--   reached_percent: of evaluable
--   reached_low: lower 95 % limit (Wilson)
--   reached_high: upper 95 % limit
--   months_q1: months to it, lower quartile of those who reached it
--   months_median: median of those
--   months_q3: upper quartile of those
with first_visit as (
    select
        patient_id, line,
        min(visit_date) filter (is_at_least(best_response, 'PR')) as pr,
        min(visit_date) filter (is_at_least(best_response, 'VGPR')) as vgpr,
        min(visit_date) filter (is_at_least(best_response, 'CR')) as cr
    from visits
    group by patient_id, line
),
reached as (
    select
        least(lines.line, $lines_together_from)::bigint as line,
        lines.start_date,
        unnest(['PR', 'VGPR', 'CR']) as depth,
        unnest([first_visit.pr, first_visit.vgpr, first_visit.cr]) as reached_on
    from lines
    semi join cohort using (patient_id)
    left join first_visit using (patient_id, line)
    where best_response <> 'NE'
),
timed as (
    select line, depth, reached_on, (reached_on - start_date) / days_per_month() as months from reached
)
select
    line,
    depth,
    count(*) as evaluable,
    count(reached_on) as reached,
    share(count(reached_on), count(*)) as reached_percent,
    share_low(count(reached_on), count(*)) as reached_low,
    share_high(count(reached_on), count(*)) as reached_high,
    round(quantile_cont(months, 0.25), 1) as months_q1,
    round(quantile_cont(months, 0.5), 1) as months_median,
    round(quantile_cont(months, 0.75), 1) as months_q3
from timed
group by line, depth
order by line, list_position(['PR', 'VGPR', 'CR'], depth)
