-- Gray's test: is the cumulative incidence of a cause the same in all known strata?
-- Grain: one stratification and cause. Null p_gray: see reason.
-- Left-truncated at patients.registered_on; none_at_risk: a stratum without a patient at risk before the last enter.
-- Key: endpoint, origin, line, stratum_by, cause
-- Step: models
-- Export: yes
create table competing_risk_test (
    endpoint          varchar not null,  -- TTP
    origin            varchar not null,  -- line_start
    line              bigint not null,
    stratum_by        varchar not null,  -- iss, r_iss
    cause             varchar not null,  -- progression, death
    n                 bigint not null,   -- patients compared
    events            bigint not null,   -- of this cause among them
    n_entered_late    bigint not null,   -- of n: registered after the start, at risk only from then on
    n_stratum_unknown bigint not null,   -- left out: the stratum is not known
    n_never_at_risk   bigint not null,   -- left out of the others: time ended before, or as, they were registered
    n_unknown         bigint not null,   -- left out of the others: whether or when is not known
    strata            bigint not null,
    statistic         double,            -- chi-square
    df                bigint,
    p_gray            double,
    reason            varchar            -- one_stratum, no_events, none_at_risk, singular
);
