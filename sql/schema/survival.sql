-- Survival by stratum
-- Grain: one curve, that is an endpoint from an origin (of a line) in one stratum.
-- Key: endpoint, origin, line, stratum_by, stratum (line is null where time starts at diagnosis).
-- Months are of 30.4375 days; limits are 95 %, log-log. The medians and their limits are null where the curve, or the
-- limit, never comes down to one half; at_… (probabilities) where nobody is followed that far; p_logrank where fewer
-- than two known strata can be compared, for stratum_by = 'overall' and for the stratum 'unknown'.
create table survival (
    endpoint           varchar not null,  -- OS, PFS
    origin             varchar not null,  -- diagnosis, line_start
    line               bigint,
    progression_source varchar,           -- derived, reported, mixed; null for OS
    stratum_by         varchar not null,  -- overall, iss, r_iss
    stratum            varchar not null,  -- all; I, II, III, unknown
    n                  bigint not null,   -- patients in the curve
    n_unknown          bigint not null,   -- patients left out: whether or when is not known
    events             bigint not null,
    median_months      double,
    median_ci_low      double,
    median_ci_high     double,
    at_12              double,
    at_24              double,
    at_36              double,
    at_60              double,
    p_logrank          double
);
