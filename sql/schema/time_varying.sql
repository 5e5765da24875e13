-- Hazard ratios of being in a state, as it is known over time (counting-process Cox)
-- Grain: one endpoint of line 1 and factor. Null hazard_ratio: see reason.
-- A patient is out of the state until it is known, and again once it is lost; 95 % Wald limits, Efron's ties.
-- Key: endpoint, origin, line, factor
-- Step: models
-- Export: yes
create table time_varying (
    endpoint        varchar not null,  -- OS, PFS
    origin          varchar not null,  -- line_start
    line            bigint not null,
    factor          varchar not null,  -- mrd, sustained_mrd, response, transplant
    state           varchar not null,  -- negative; sustained; CR or sCR; yes
    n               bigint not null,   -- patients
    events          bigint not null,
    n_ever_in_state bigint not null,
    events_in_state bigint not null,   -- while in it
    n_entered_late  bigint not null,   -- of n: registered after the start, at risk only from then on
    n_left_out      bigint not null,   -- time or event not known, or no day of follow-up by the registry
    hazard_ratio    double,
    ci_low          double,
    ci_high         double,
    p               double,            -- Wald
    p_proportional  double,            -- of proportional hazards (Schoenfeld residuals; R: cox.zph, transform "km")
    curves_from_day bigint,            -- first day of time_varying_curve; null: too few in, or out of, the state
    reason          varchar            -- too_few_events, never_in_state, separation, no_convergence
);
