-- Hazard ratios of Cox models by what is known at diagnosis
-- Grain: one coefficient of one model: an endpoint from an origin (of a line) by a factor, alone or adjusted for age and sex.
-- line is null where time starts at diagnosis; level is null where a factor has fewer than two levels.
-- Efron's ties; 95 % Wald limits; left-truncated at patients.registered_on. Null hazard_ratio: see reason.
-- Key: endpoint, origin, line, factor, adjusted, covariate, level
-- Step: models
-- Export: yes
-- Counts: n, events, n_level, events_level, n_stratum_unknown, n_left_out, n_entered_late
-- Parts: events of n; n_level of n; events_level of n_level; n_entered_late of n
-- Sums: n_level over level within endpoint, origin, line, factor, adjusted, covariate of n
-- Sums: events_level over level within endpoint, origin, line, factor, adjusted, covariate of events
-- Figures: hazard_ratio, ci_low, ci_high, p, p_proportional of n, events, n_level, events_level
-- Labels: line
create table hazard_ratio (
    endpoint          varchar not null,  -- OS, PFS, PFS2
    origin            varchar not null,  -- diagnosis, line_start
    line              bigint,
    factor            varchar not null,  -- iss, r_iss, r2_iss, mass_3, hr_ims2025, cytogenetic_risk, hits
    adjusted          boolean not null,  -- for age (at the start of the time) and sex
    covariate         varchar not null,  -- the factor, age, sex
    level             varchar,           -- II, III, high, 3+ ...; per 10 years; M
    reference         varchar,           -- the level compared with: the first that has an event
    n                 bigint not null,   -- patients in the model
    events            bigint not null,
    n_level           bigint,            -- patients of this level
    events_level      bigint,
    n_stratum_unknown bigint not null,   -- left out: the factor is not known
    n_left_out        bigint not null,   -- left out of the others: time, event, age or sex not known, or not followed after entry
    n_entered_late    bigint not null,   -- in the model, at risk only from their registration on
    hazard_ratio      double,
    ci_low            double,
    ci_high           double,
    p                 double,            -- Wald
    p_proportional    double,            -- of proportional hazards (Schoenfeld residuals; R: cox.zph, transform "km")
    reason            varchar,           -- one_level, too_few_events, no_events_in_level, separation, no_convergence,
                                         -- constant (all the same), not_recorded (for any patient)
    left_out          varchar,           -- age, sex: what an adjusted model does without, as it does not differ
    unsettled_by      varchar            -- separation, no_convergence: covariates without any of which there were a maximum
);
