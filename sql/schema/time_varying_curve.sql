-- Simon-Makuch curves: survival by the state a patient is in on the day, step by step
-- Grain: one endpoint of line 1, factor, in or out of the state, and day with an event or a patient leaving, and the first day.
-- Patients move from one curve to the other; at_risk says how many stand behind a step.
-- Survival is conditional on being event-free on the first day (time_varying.curves_from_day). Limits are 95 %, log-log.
-- Key: endpoint, origin, line, factor, in_state, day
-- Step: models
-- Export: yes
-- Curve: survival over in_state within endpoint, origin, line, factor
create table time_varying_curve (
    endpoint varchar not null,
    origin   varchar not null,
    line     bigint not null,
    factor   varchar not null,
    in_state boolean not null,
    day      bigint not null,  -- from the start of line 1
    at_risk  bigint not null,  -- just before that day's events and leavings; who enters on a day is at risk from the next
    events   bigint not null,
    censored bigint not null,  -- left follow-up or the state
    survival double not null,
    ci_low   double,
    ci_high  double
);
