-- First adverse events while exposed and not
-- Grain: one event, exposure and state. Years and rates are rounded, so that they do not give counts back.
-- Counts: n, events
-- Parts: events of n
-- Figures: person_years, rate, rate_low, rate_high of n, events; hazard_ratio, ci_low, ci_high of n, events
select
    event, exposure, is_exposed, n, events, round(person_years, -1) as person_years, round(rate_per_100_years, 1) as rate,
    round(rate_low, 1) as rate_low, round(rate_high, 1) as rate_high, round(hazard_ratio, 2) as hazard_ratio,
    round(ci_low, 2) as ci_low, round(ci_high, 2) as ci_high, reason
from event_exposure
order by rowid
