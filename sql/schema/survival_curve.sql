-- Kaplan-Meier curves, step by step
-- Grain: one curve and day on which someone has the event, is censored or enters late, and day 0.
-- line is null where time starts at diagnosis, and where the lines themselves are compared.
-- survival holds from its day to the next row's; limits are 95 %, log-log, null before the first event and once no one
-- survives: there they don't exist.
-- Key: endpoint, origin, line, stratum_by, stratum, day
-- Step: outcomes
-- Export: yes
-- Curve: survival over stratum within endpoint, origin, line, stratum_by
create table survival_curve (
    endpoint   varchar not null,
    origin     varchar not null,
    line       bigint,
    stratum_by varchar not null,
    stratum    varchar not null,
    day        bigint not null,
    at_risk    bigint not null,  -- just before that day's events and censorings
    events     bigint not null,
    censored   bigint not null,
    survival   double not null,
    ci_low     double,
    ci_high    double,
    entered    bigint not null  -- at risk only after that day (delayed entry); 0 on day 0
);
