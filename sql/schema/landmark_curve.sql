-- Kaplan-Meier curves from a landmark, step by step
-- Grain: one stratum at a landmark and day on which someone enters late, has the event or is censored, and day 0, the landmark.
-- survival holds from its day to the next row's; limits are 95 %, log-log, null before the first event and once no one
-- survives. No curve where no patient is left at risk before the last patients enter.
-- Key: endpoint, origin, line, landmark_months, factor, stratum, day
-- Step: models
-- Export: yes
create table landmark_curve (
    endpoint        varchar not null,
    origin          varchar not null,
    line            bigint not null,
    landmark_months bigint not null,
    factor          varchar not null,
    stratum         varchar not null,
    day             bigint not null,  -- from the landmark
    at_risk         bigint not null,  -- just before that day's events and censorings
    events          bigint not null,
    censored        bigint not null,
    survival        double not null,
    ci_low          double,
    ci_high         double
);
