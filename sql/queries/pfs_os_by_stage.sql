-- title: PFS and OS by stage
-- question: How long do patients live, and live without progression, by their stage at diagnosis?
-- grain: one row per endpoint, origin and stage; the stage `all` is everyone
-- access: aggregate
-- parameters:
--   line integer = 1: line of therapy whose start begins the time; the run makes curves for the first, and perhaps others
--   stage iss|r_iss|r2_iss|mass_3|hr_ims2025 = iss: staging system; a system that the run made no curves of has no rows but `all`
-- caveats:
--   OS from diagnosis stands beside the line's, whatever the line.
--   Patients of stage unknown have a row and no part in the log-rank test.
--   PFS2 is from the start of line 1 to progression on line 2 or death.
--   PFS of a line whose progression is only recorded by the clinic is in it; progression_source says so.
-- columns:
--   endpoint: OS, PFS or (of line 1) PFS2
--   origin: diagnosis or line_start, where the time begins
--   line: line of therapy; null from diagnosis
--   stage: I, II, III (IV); 0, 1, 2+; standard, high; unknown, or all
--   progression_source: derived, reported or mixed; null for OS
--   n: patients in the curve
--   n_unknown: patients left out, as whether or when is not known
--   events: deaths, or progressions and deaths
--   median_months: median; null where the curve never comes down to one half
--   median_ci_low: its lower 95 % limit (log-log); null as the median
--   median_ci_high: its upper 95 % limit
--   at_12: probability at 12 months; null where no patient is followed that far
--   at_24: probability at 24 months
--   at_36: probability at 36 months
--   at_60: probability at 60 months
--   p_logrank: log-rank test over the known stages; null for `all`, for unknown, and without a comparison
select
    endpoint, origin, line, stratum as stage, progression_source, n, n_unknown, events,
    median_months, median_ci_low, median_ci_high, at_12, at_24, at_36, at_60, p_logrank
from survival
where endpoint in ('OS', 'PFS', 'PFS2')
    and stratum_by in ('overall', $stage)
    and ((origin = 'line_start' and line = $line) or origin = 'diagnosis')
order by endpoint, origin, stratum_by <> 'overall', stage
