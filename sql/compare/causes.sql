-- Which clauses moved them, and how each clause's verdict changed
-- Grain: one row per subject, was and now, clause, and its verdict in the one store and the other. moved: how many of the move.
select
    move.subject,
    move.was,
    move.now,
    clause,
    coalesce(cause.was, 'unknown') as verdict_was,
    coalesce(cause.now, 'unknown') as verdict_now,
    place,
    count(*) as moved
from move
join cause
    on move.subject = cause.subject
    and move.patient_id = cause.patient_id
    and move.line is not distinct from cause.line
    and move.visit_date is not distinct from cause.visit_date
group by all
order by move.subject, move.was, move.now, moved desc, clause, verdict_was, verdict_now, place
