-- The curves of event_incidence, step by step.
-- Grain: one analysis, origin, cause and day on which a patient's time ends, and day 0.
-- incidence holds from its day to the next row's; limits are 95 %, log-log, null while it is 0 and once it is 1.
-- Key: analysis, origin, line, cause, day
-- Step: models
-- Export: yes
-- Curve: incidence over cause within analysis, origin, line
create table event_incidence_curve (
    analysis  varchar not null,
    origin    varchar not null,
    line      bigint,
    cause     varchar not null,
    day       bigint not null,
    at_risk   bigint not null,  -- just before that day's events and censorings
    events    bigint not null,  -- of this cause
    incidence double not null,
    ci_low    double,
    ci_high   double
);
