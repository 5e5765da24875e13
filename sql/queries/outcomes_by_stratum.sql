-- title: Survival and time on treatment by what is known at the start
-- question: How long do patients live, stay without progression and stay on treatment, by regimen, frailty or relapse?
-- grain: one row per endpoint and stratum
-- access: aggregate
-- parameters:
--   line integer = 1: line of therapy whose start begins the time, 1 or 2
--   by regimen_class|proteasome_inhibitor|immunomodulatory_drug|anti_cd38|frailty_simplified|frailty_imwg|relapse_kind|relapse_aggressive|relapse_interval = regimen_class: what patients are split by; relapse_… is asked of line 2, the rest of line 1
-- caveats:
--   A regimen is what line 1 began with on its first day; what was added later is not in it. Regimens are chosen for reasons: a difference is no effect.
--   The relapse is the progression of line 1; `none` began line 2 without one.
--   Patients whose stratum is unknown have a row and no part in the log-rank test.
-- columns:
--   endpoint: OS, PFS, PFS2 (line 1) or TTD (line 1, time on treatment)
--   stratum: the value, or unknown
--   n: patients in the curve
--   n_unknown: patients left out, as whether or when is not known
--   events: deaths; progressions and deaths; ends of treatment and deaths
--   median_months: median; null where the curve never comes down to one half
--   median_ci_low: its lower 95 % limit (log-log); null as the median
--   median_ci_high: its upper 95 % limit
--   at_12: probability at 12 months; null where no patient is followed that far
--   at_24: probability at 24 months
--   at_36: probability at 36 months
--   at_60: probability at 60 months
--   p_logrank: log-rank test over the known strata; null for unknown, and without a comparison
select
    endpoint, stratum, n, n_unknown, events, median_months, median_ci_low, median_ci_high, at_12, at_24, at_36, at_60,
    p_logrank
from survival
where origin = 'line_start' and line = $line and stratum_by = $by
order by endpoint, stratum = 'unknown', stratum
