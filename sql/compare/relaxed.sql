-- What each relaxation decided that one of the two stores makes and the other does not
-- Grain: one relaxation. visits: those that it decided; then what moved by it, of visits (evaluable: of them, from or to NE) and
-- of lines. Counts.
with decided as (
    select clause, count(*) as visits from verdict where starts_with(clause, 'ROUTINE.') and 'not used' in (was, now) group by all
),
moved as (
    select cause.clause, move.subject, 'NE' in (move.was, move.now) as is_of_ne
    from cause join move
        on move.subject = cause.subject
        and move.patient_id = cause.patient_id
        and move.line is not distinct from cause.line
        and move.visit_date is not distinct from cause.visit_date
)
select
    clause,
    any_value(visits) as visits,
    count(*) filter (subject = 'response') as responses,
    count(*) filter (subject = 'response' and is_of_ne) as evaluable,
    count(*) filter (subject = 'confirmed response') as confirmed,
    count(*) filter (subject = 'best response') as best_responses,
    count(*) filter (subject = 'progression') as progressions,
    count(*) filter (subject = 'PFS') as pfs
from decided left join moved using (clause)
group by clause
order by clause
