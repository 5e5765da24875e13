-- Which clauses answer otherwise at the visits whose response moved, and which decided a visit that is in one store only
-- Grain: one row per visit and clause. $columns are the verdicts' columns in visit_evidence, $clauses their names; $unused_a and
-- $unused_b name the clauses that the edition of the store does not use.
-- A response moves to or from PD by the clauses of progression that hold on one side, and otherwise by the others. What an
-- edition relaxes is a clause of every visit that it decided in one store only. is_progression: it decides a progression.
create temp table verdict as
with moved as (
    select patient_id, visit_date, line, 'PD' in (was, now) as is_progression from move where subject = 'response'
),
known_a as (
    select patient_id, visit_date, unnest($clauses) as clause, unnest([$columns]) as truth
    from store_a.visit_evidence semi join moved using (patient_id, visit_date)
),
known_b as (
    select patient_id, visit_date, unnest($clauses) as clause, unnest([$columns]) as truth
    from store_b.visit_evidence semi join moved using (patient_id, visit_date)
),
decided_a as (select patient_id, line, visit_date, response, unnest(clauses) as clause from store_a.visits),
decided_b as (select patient_id, line, visit_date, response, unnest(clauses) as clause from store_b.visits),
known as (
    select
        patient_id,
        visit_date,
        clause,
        case
            when known_a.truth then 'true' when list_contains($unused_a::varchar[], clause) then 'not used'
            else coalesce(known_a.truth::varchar, 'unknown')
        end as was,
        case
            when known_b.truth then 'true' when list_contains($unused_b::varchar[], clause) then 'not used'
            else coalesce(known_b.truth::varchar, 'unknown')
        end as now
    from known_a join known_b using (patient_id, visit_date, clause)
)
select patient_id, moved.line, visit_date, clause, was, now, starts_with(clause, 'PD.') as is_progression
from known join moved using (patient_id, visit_date)
where
    was <> now
    and is_progression = starts_with(clause, 'PD.')
    -- a clause that is not used and one that does not hold come to the same
    and ('true' in (was, now) or (not is_progression and 'not used' not in (was, now)))
union all
select patient_id, line, visit_date, clause, 'true', 'no visit', starts_with(clause, 'PD.')
from decided_a anti join store_b.visits using (patient_id, visit_date)
union all
select patient_id, line, visit_date, clause, 'no visit', 'true', starts_with(clause, 'PD.')
from decided_b anti join store_a.visits using (patient_id, visit_date)
union all
select patient_id, line, visit_date, clause, 'true', 'not used', response = 'PD'
from decided_a semi join store_b.visits using (patient_id, visit_date) anti join decided_b using (patient_id, visit_date, clause)
where starts_with(clause, 'ROUTINE.')
union all
select patient_id, line, visit_date, clause, 'not used', 'true', response = 'PD'
from decided_b semi join store_a.visits using (patient_id, visit_date) anti join decided_a using (patient_id, visit_date, clause)
where starts_with(clause, 'ROUTINE.')
