-- Summaries of the curves, by everything that they are split by
-- Grain: one curve, in the order of the page.
-- Release: survival
select *
from survival
order by endpoint, origin, line nulls first, stratum_by, stratum
