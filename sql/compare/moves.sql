-- How many moved, by what they moved from and to
-- Grain: one row per subject, was and now. by_no_clause: of them, those that no clause's verdict moved.
select
    move.subject,
    move.was,
    move.now,
    count(*) as moved,
    count(distinct move.patient_id) as patients,
    count(*) filter (cause.patient_id is null) as by_no_clause
from move
left join (select distinct subject, patient_id, line, visit_date from cause) as cause
    on move.subject = cause.subject
    and move.patient_id = cause.patient_id
    and move.line is not distinct from cause.line
    and move.visit_date is not distinct from cause.visit_date
group by all
order by all
