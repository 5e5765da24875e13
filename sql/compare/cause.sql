-- Which clauses moved each of those that moved
-- Grain: one row per move, clause and change of its verdict. place: at the visit itself, or elsewhere in its line (a confirmed response that
-- moved though the visit's own did not, and what is stated for a line). A move by death, follow-up, dates or settings alone has no row.
create temp table cause as
with elsewhere as (
    select patient_id, line, clause, was, now, bool_or(is_progression) as is_progression from verdict group by all
),
at_visit as (
    select move.subject, patient_id, move.line, visit_date, clause, verdict.was, verdict.now, 'visit' as place
    from move join verdict using (patient_id, visit_date)
    where move.subject in ('response', 'confirmed response')
),
progressed as (select patient_id, line from move where subject = 'progression')
from at_visit
union all
select move.subject, patient_id, line, move.visit_date, clause, elsewhere.was, elsewhere.now, 'line'
from move anti join at_visit using (subject, patient_id, visit_date)
join elsewhere using (patient_id, line)
where move.subject in ('confirmed response', 'best response')
union all
select move.subject, patient_id, line, move.visit_date, clause, elsewhere.was, elsewhere.now, 'line'
from move semi join progressed using (patient_id, line)
join elsewhere using (patient_id, line)
where move.subject in ('progression', 'PFS') and is_progression
union all
select move.subject, patient_id, null, null, input.clause, input.was, input.now, 'patient'
from move
join (
    select
        patient_id,
        unnest([
            {clause: 'ISS', was: was.iss, now: now.iss},
            {clause: 'CA.high', was: was.cytogenetic_risk, now: now.cytogenetic_risk},
            {clause: 'LDH.high', was: was.ldh_elevated::varchar, now: now.ldh_elevated::varchar}
        ], recursive := true)
    from store_a.staging as was join store_b.staging as now using (patient_id)
) as input using (patient_id)
where move.subject = 'R-ISS' and input.was is distinct from input.now
