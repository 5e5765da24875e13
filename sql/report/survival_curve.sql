-- The curves shown, step by step
-- Grain: one curve and day.
-- Release: survival_curve
select *
from survival_curve
where stratum_by in ('overall', 'iss', 'r_iss')
order by endpoint, origin, line nulls first, stratum_by, stratum, day
