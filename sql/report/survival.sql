-- Summaries of the curves shown
-- Grain: one curve, in the order of the page.
-- Release: survival
select *
from survival
where stratum_by in ('overall', 'iss', 'r_iss')
order by endpoint, origin, line nulls first, stratum_by, stratum
