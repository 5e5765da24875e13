-- First adverse events of line 1 while exposed and not, of exposures that change with time.
-- Grain: one event, exposure and state. The hazard ratio (counting-process Cox, cause-specific) stands with the exposed.
-- Lenalidomide maintenance and bone agents count from their first dose on, an IMiD while it is given, prophylaxis against
-- thrombosis while it and an IMiD are given (not exposed: an IMiD without it). Null hazard_ratio: see reason.
-- No rows without a table of adverse events; of bone agents and prophylaxis none without supportive care.
-- Key: event, exposure, is_exposed
-- Step: models
-- Export: yes
create table event_exposure (
    event              varchar not null,  -- second_primary, jaw_osteonecrosis, skeletal_event, venous_thromboembolism
    exposure           varchar not null,  -- lenalidomide_maintenance, bone_agent, imid, prophylaxis_on_imid
    is_exposed         boolean not null,
    n                  bigint not null,   -- patients ever in the state
    events             bigint not null,   -- first ones, while in it
    n_left_out         bigint not null,   -- time, event or exposure not known, or no day of follow-up by the registry
    person_years       double not null,
    rate_per_100_years double,            -- null without a day in the state
    rate_low           double,            -- 95 %, exact (Poisson)
    rate_high          double,
    hazard_ratio       double,
    ci_low             double,            -- 95 %, Wald
    ci_high            double,
    p                  double,
    reason             varchar            -- too_few_events, never_in_state, separation, no_convergence
);
