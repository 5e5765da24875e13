-- Progressions of precursors per time at risk
-- Grain: one precursor and period of years from diagnosis. Years and rates are rounded, so that they do not give counts back.
-- Counts: n, events
-- Parts: events of n
-- Figures: person_years, rate, rate_low, rate_high of n, events
-- Labels: from_year, to_year
select
    precursor, from_year, to_year, n, events, round(person_years, -1) as person_years, round(rate_per_100_years, 1) as rate,
    round(rate_low, 1) as rate_low, round(rate_high, 1) as rate_high
from precursor_rate
order by list_position(['MGUS', 'SMM', 'plasmacytoma', 'SLiM'], precursor), from_year
