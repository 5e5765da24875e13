-- Survival from a landmark, by what was known at it
-- Grain: one endpoint of line 1, landmark, factor and stratum.
-- Only patients without the event and followed beyond the landmark; months count from the landmark and are of 30.4375 days.
-- Limits are 95 %, log-log. Nulls as in survival; p_logrank is null too for the strata left out of the test.
-- Key: endpoint, origin, line, landmark_months, factor, stratum
-- Step: models
-- Export: yes
create table landmark (
    endpoint          varchar not null,  -- OS, PFS
    origin            varchar not null,  -- line_start
    line              bigint not null,
    landmark_months   bigint not null,   -- from the start of line 1
    is_default        boolean not null,  -- the landmark to quote unless another was named beforehand
    factor            varchar not null,  -- mrd, sustained_mrd, response, transplant
    stratum           varchar not null,  -- negative, positive, not_tested; sustained, not_sustained; sCR ... PD, not_evaluable; yes, no
    n                 bigint not null,   -- at risk at the landmark
    events            bigint not null,   -- after it
    n_entered_late    bigint not null,   -- of n: registered after the landmark, at risk only from then on
    n_event_before    bigint not null,   -- in no stratum: had the event up to the landmark
    n_censored_before bigint not null,   -- in no stratum: not followed beyond the landmark
    n_never_at_risk   bigint not null,   -- in no stratum: time ended before, or as, they were registered
    n_unknown         bigint not null,   -- in no stratum: whether or when is not known
    median_months     double,
    median_ci_low     double,
    median_ci_high    double,
    at_12             double,
    at_24             double,
    at_36             double,
    at_60             double,
    p_logrank         double             -- of one curve for all strata but not_tested and not_evaluable
);
