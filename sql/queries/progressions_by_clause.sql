-- title: Progressions by clause
-- question: Which clauses show progression, and how is it confirmed?
-- grain: one row per clause of progression
-- access: aggregate
-- parameters:
--   line integer = null: only progressions of this line of therapy; null is all
-- caveats:
--   A progression that several clauses show counts under each; alone says how often it was this one only.
--   reported is what the clinic recorded of lines without an evaluable visit: no clause.
-- columns:
--   clause: id of the clause, or reported
--   progressions: confirmed progressions that it shows
--   percent: of all progressions
--   alone: those that no other clause shows
--   by_assessment: confirmed by PD at the visit before or after
--   by_next_line: confirmed by the next line
--   by_death: confirmed by death
--   by_finding: in need of no confirmation
--   by_two_markers: by two markers at that visit, as the reading for routine care takes it
--   unconfirmed_visits: visits of PD by this clause that nothing confirmed; null for reported
with progressed as (
    select
        lines.progression_confirmed_by as confirmed_by,
        case when lines.progression_source = 'reported' then ['reported'] else visits.progression_reasons end as clauses
    from lines
    semi join cohort using (patient_id)
    left join visits
        on visits.patient_id = lines.patient_id and visits.line = lines.line
        and visits.visit_date = lines.progression_date
    where lines.progression_date is not null and ($line::bigint is null or lines.line = $line)
),
by_clause as (
    select confirmed_by, len(clauses) = 1 as is_alone, unnest(clauses) as clause from progressed
),
unconfirmed as (
    select clause, count(*) as visits
    from (
        select unnest(progression_reasons) as clause
        from visits semi join cohort using (patient_id)
        where list_contains(flags, 'unconfirmed_progression') and ($line::bigint is null or line = $line)
    )
    group by clause
),
counted as (
    select
        clause,
        count(*) as progressions,
        count(*) filter (is_alone) as alone,
        count(*) filter (confirmed_by = 'assessment') as by_assessment,
        count(*) filter (confirmed_by = 'next_line') as by_next_line,
        count(*) filter (confirmed_by = 'death') as by_death,
        count(*) filter (confirmed_by = 'finding') as by_finding,
        count(*) filter (confirmed_by = 'two_markers') as by_two_markers
    from by_clause
    group by clause
)
select
    clause,
    coalesce(progressions, 0) as progressions,
    share(coalesce(progressions, 0), (select count(*) from progressed)) as percent,
    coalesce(alone, 0) as alone,
    coalesce(by_assessment, 0) as by_assessment,
    coalesce(by_next_line, 0) as by_next_line,
    coalesce(by_death, 0) as by_death,
    coalesce(by_finding, 0) as by_finding,
    coalesce(by_two_markers, 0) as by_two_markers,
    case when clause <> 'reported' then coalesce(unconfirmed.visits, 0) end as unconfirmed_visits
from counted full join unconfirmed using (clause)
order by progressions desc, clause
