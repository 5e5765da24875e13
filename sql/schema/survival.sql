-- Survival by stratum
-- Grain: one curve, that is an endpoint from an origin (of a line) in one stratum.
-- line is null where time starts at diagnosis, and where the lines themselves are compared (stratum_by = 'line').
-- Months are of 30.4375 days; limits are 95 %: log-log for probabilities and medians, normal for the restricted mean.
-- The medians and their limits are null where the curve, or the limit, never comes down to one half; at_…
-- (probabilities) where no patient is followed that far; p_… where fewer than two known strata can be compared, for
-- stratum_by = 'overall' and for the stratum 'unknown'; p_trend also where the strata have no order.
-- delayed_entry: a patient counts only from registration on (left truncation), so the curve is of those who survive to
-- at_risk_from_day. Where that leaves no patient at risk before the last ones enter, there is no curve and no figure.
-- Key: endpoint, origin, line, stratum_by, stratum
-- Step: outcomes
-- Export: yes
-- Counts: n, n_unknown, events, n_entered_late, n_never_at_risk, n_entry_unknown
-- Parts: events of n; n_entered_late of n; n_entry_unknown of n
-- Sums: n over stratum within endpoint, origin, line, stratum_by; events over stratum within endpoint, origin, line, stratum_by
-- Sums: n_unknown over stratum within endpoint, origin, line, stratum_by
-- Sums: n_entered_late over stratum within endpoint, origin, line, stratum_by
-- Sums: n_never_at_risk over stratum within endpoint, origin, line, stratum_by
-- Figures: median_months, median_ci_low, median_ci_high, followup_median_months, p_logrank, p_trend of n
-- Figures: rmst_months, rmst_ci_low, rmst_ci_high, at_12, at_24, at_36, at_60 of n
-- Figures: at_12_low, at_12_high, at_24_low, at_24_high, at_36_low, at_36_high, at_60_low, at_60_high of n
-- Labels: line, rmst_to_months, at_risk_from_day
create table survival (
    endpoint               varchar not null,  -- OS, PFS, PFS2, TTD
    origin                 varchar not null,  -- diagnosis, line_start; al_diagnosis: of patients with AL amyloidosis, from
                                              -- diagnosis
    line                   bigint,
    progression_source     varchar,           -- derived, reported, mixed; null for OS
    stratum_by             varchar not null,  -- overall; iss, r_iss, r2_iss, mass_3, hr_ims2025 (standard, high),
                                              -- cytogenetic_risk, high_risk_hits, age_band (at diagnosis), sex, isotype, site, diagnosis_period; line
                                              -- of line 1: regimen_class, proteasome_inhibitor, immunomodulatory_drug,
                                              -- anti_cd38 (begun on its first day), frailty_simplified, frailty_imwg
                                              -- of line 2: relapse_kind, relapse_aggressive, relapse_interval (from
                                              -- the last dose of the first treatment) of the line before
                                              -- of al_diagnosis: al_stage
    stratum                varchar not null,  -- all; the value; unknown
    n                      bigint not null,   -- patients in the curve
    n_unknown              bigint not null,   -- patients left out: whether or when is not known
    events                 bigint not null,
    median_months          double,
    median_ci_low          double,
    median_ci_high         double,
    at_12                  double,
    at_24                  double,
    at_36                  double,
    at_60                  double,
    p_logrank              double,            -- of all known strata; between lines robust, by patient
    at_12_low              double,
    at_12_high             double,
    at_24_low              double,
    at_24_high             double,
    at_36_low              double,
    at_36_high             double,
    at_60_low              double,
    at_60_high             double,
    rmst_months            double,            -- mean months lived of the first rmst_to_months
    rmst_ci_low            double,
    rmst_ci_high           double,
    rmst_to_months         double,            -- 60, or what is followed where that is less
    followup_median_months double,            -- reverse Kaplan-Meier; null where the half of them never is censored
    p_trend                double,            -- of the log-rank test for trend over ordered strata
    delayed_entry          boolean not null,
    n_entered_late         bigint not null,   -- of n: registered after time started
    n_never_at_risk        bigint not null,   -- patients left out: time ended before, or as, they were registered
    n_entry_unknown        bigint not null,   -- of n: no date of registration, counted from the start
    at_risk_from_day       bigint,            -- the first day with a patient at risk; null without patients
    unestimable_because    varchar            -- null where the curve could be estimated, or is empty
);
