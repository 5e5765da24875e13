-- The curves step by step, by everything that they are split by
-- Grain: one curve and day.
-- Release: survival_curve
select *
from survival_curve
order by endpoint, origin, line nulls first, stratum_by, stratum, day
