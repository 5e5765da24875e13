-- Survival in A and in B: OS and PFS of line 1, of all and by ISS
-- Grain: one endpoint, origin and stratum that has a curve in A or in B. Months; null: not reached, not followed so far, or no
-- curve. rmst_difference (B less A) only where both means are of as many months.
with of_both as (
    select 'a' as store, * from store_a.survival
    union all by name
    select 'b' as store, * from store_b.survival
),
side_by_side as (
    select
        endpoint, origin, stratum_by, stratum,
        any_value(columns(* exclude (store, endpoint, origin, line, stratum_by, stratum))) filter (store = 'a') as "\0_a",
        any_value(columns(* exclude (store, endpoint, origin, line, stratum_by, stratum))) filter (store = 'b') as "\0_b"
    from of_both
    where stratum_by in ('overall', 'iss') and coalesce(line, 1) = 1
    group by all
)
select
    endpoint, origin, stratum_by, stratum, n_a, n_b, events_a, events_b,
    median_months_a, median_ci_low_a, median_ci_high_a, median_months_b, median_ci_low_b, median_ci_high_b,
    at_24_a, at_24_b, at_60_a, at_60_b, rmst_to_months_a as rmst_to_months,
    case when rmst_to_months_a = rmst_to_months_b then rmst_months_b - rmst_months_a end as rmst_difference
from side_by_side
order by endpoint, origin = 'al_diagnosis', origin, stratum_by <> 'overall', stratum
