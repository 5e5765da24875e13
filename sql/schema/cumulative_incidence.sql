-- Cumulative incidence of progression and of death without it, from the start of line 1 (Aalen-Johansen)
-- Grain: one stratum, cause and day on which a patient's follow-up ends, and day 0.
-- incidence holds from its day to the next row's; limits are 95 %, log-log, null while it is 0 and once it is 1.
-- Left-truncated at patients.registered_on; no curve where no patient is left at risk before the last patients enter.
-- Key: endpoint, origin, line, stratum_by, stratum, cause, day
-- Step: models
-- Export: yes
-- Curve: incidence over stratum within endpoint, origin, line, stratum_by, cause
create table cumulative_incidence (
    endpoint   varchar not null,  -- TTP
    origin     varchar not null,  -- line_start
    line       bigint not null,
    stratum_by varchar not null,  -- overall, iss, r_iss
    stratum    varchar not null,  -- all; I, II, III, unknown
    cause      varchar not null,  -- progression, death
    day        bigint not null,
    at_risk    bigint not null,   -- just before that day's events and censorings
    events     bigint not null,   -- of this cause
    incidence  double not null,
    ci_low     double,
    ci_high    double
);
