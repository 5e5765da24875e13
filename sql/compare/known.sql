-- What is known in A and in B of the visits and lines that both have
-- Grain: one row per thing that may be known, in the order in which it is shown; out_of: visits or lines in both. Counts.
-- Evaluable: has a response, and is one of the consecutive assessments. Settled: no missing test could make it better.
with visit as (
    select
        unnest([
            {store: 'a', visit: was, settled: was.possible_response = was.response},
            {store: 'b', visit: now, settled: now.possible_response = now.response}
        ], recursive := false) as of_store
    from store_a.visits as was join store_b.visits as now using (patient_id, visit_date)
),
judged as (
    select
        of_store.store,
        of_store.visit.response,
        of_store.visit.response <> 'NE' and not list_contains(of_store.visit.flags, 'one_fluid_missing') as is_evaluable,
        of_store.settled
    from visit
),
pfs as (
    select 'a' as store, patient_id, line, event from store_a.time_to_event where endpoint = 'PFS'
    union all
    select 'b', patient_id, line, event from store_b.time_to_event where endpoint = 'PFS'
),
of_line as (
    select 'a' as store, patient_id, line, was.best_response, was.progression_date
    from store_a.lines as was semi join store_b.lines using (patient_id, line)
    union all
    select 'b', patient_id, line, now.best_response, now.progression_date
    from store_b.lines as now semi join store_a.lines using (patient_id, line)
),
counted as (
    select
        store,
        unnest([
            {place: 1, what: 'visits evaluable', out_of: count(*), n: count(*) filter (is_evaluable)},
            {place: 2, what: 'visits settled', out_of: count(*), n: count(*) filter (is_evaluable and settled)},
            {place: 3, what: 'visits of VGPR or better', out_of: count(*), n: count(*) filter (is_at_least(response, 'VGPR'))},
            {place: 4, what: 'visits of CR or better', out_of: count(*), n: count(*) filter (is_at_least(response, 'CR'))}
        ], recursive := true)
    from judged
    group by store
    union all
    select
        store,
        unnest([
            {place: 5, what: 'lines responding', out_of: count(*), n: count(*) filter (is_at_least(best_response, 'PR'))},
            {place: 6, what: 'lines with progression', out_of: count(*), n: count(progression_date)},
            {place: 7, what: 'lines with PFS known', out_of: count(*), n: count(pfs.event)}
        ], recursive := true)
    from of_line left join pfs using (store, patient_id, line)
    group by store
)
select what, any_value(out_of) as out_of, coalesce(sum(n) filter (store = 'a'), 0)::bigint as a, coalesce(sum(n) filter (store = 'b'), 0)::bigint as b
from counted
group by place, what
order by place
