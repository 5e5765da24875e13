-- Confirmed progressions by kind
-- Grain: one kind. Counts of progressions, a line's each: known to be of the kind, known not to be, unknown.
-- Counts: progressions, are, are_not, unknown
-- Sums: progressions = are + are_not + unknown
with long as (
    select unnest([
        {'kind': 'biochemical', 'is_of_kind': biochemical},
        {'kind': 'clinical', 'is_of_kind': clinical},
        {'kind': 'aggressive', 'is_of_kind': aggressive}
    ], recursive := true)
    from relapse semi join cohort using (patient_id)
)
select
    kind,
    count(*) as progressions,
    count(*) filter (is_of_kind) as are,
    count(*) filter (not is_of_kind) as are_not,
    count(*) filter (is_of_kind is null) as unknown
from long
group by kind
order by case kind when 'biochemical' then 1 when 'clinical' then 2 else 3 end
