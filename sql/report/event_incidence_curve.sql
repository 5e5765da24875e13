-- The curves of event_incidence, step by step
-- Grain: one analysis, origin, cause and day.
-- Release: event_incidence_curve
select *
from event_incidence_curve
order by analysis, origin, line nulls first, cause, day
