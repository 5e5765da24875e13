-- Survival by MRD from the landmark to quote
-- Grain: one endpoint of line 1 and stratum.
-- Counts: n, events, n_entered_late, n_event_before, n_censored_before, n_never_at_risk, n_unknown
-- Parts: events of n; n_entered_late of n
-- Figures: median_months, median_ci_low, median_ci_high, at_12, at_24, at_36, at_60, p_logrank of n, events
-- Labels: line, landmark_months
select *, 'mrd' as stratum_by
from landmark
where is_default and factor = 'mrd'
order by endpoint, case stratum when 'negative' then 1 when 'positive' then 2 else 3 end, stratum
