-- First progressions of a line that only M-protein or light chains showed and that were not treated at once, and whether
-- the next assessment came soon
-- Grain: one row per patient and line, dated by the visit of progression, confirmed or not.
with progressed as (
    select patient_id, line, min(visit_date) as progressed_on, arg_min(progression_reasons, visit_date) as reasons
    from visits
    where response = 'PD'
    group by patient_id, line
)
select
    progressed.patient_id,
    progressed.line,
    progressed_on as dated,
    done_within(
        min(assessed_visit.visit_date) <= progressed_on + $window_days::integer,
        watched_to,
        progressed_on + $window_days::integer
    ) as passed
from progressed
join line_watched using (patient_id, line)
left join assessed_visit
    on assessed_visit.patient_id = progressed.patient_id
    and assessed_visit.line = progressed.line
    and assessed_visit.visit_date > progressed_on
where len(list_filter(reasons, lambda id: id not in ('PD.serum', 'PD.urine', 'PD.flc'))) = 0
    and coalesce(next_line_start > progressed_on + $window_days::integer, true)
group by progressed.patient_id, progressed.line, progressed_on, watched_to
