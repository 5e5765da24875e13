-- What competes with what: first adverse events, causes of death, progression of precursors
-- Grain: one analysis, origin and cause, in the order in which they were estimated.
-- Release: event_incidence
select *
from event_incidence
order by rowid
