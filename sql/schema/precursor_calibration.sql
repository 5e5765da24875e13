-- Progression observed in each risk group of each model, against what the model predicted.
-- Grain: one row per model with a horizon and group.
-- Null observed: no patient was followed that far. Null limits: none of them progressed, or all did.
-- Key: model, risk_group
-- Step: models
-- Export: yes
create table precursor_calibration (
    model varchar,
    risk_group varchar,
    n bigint,                -- patients in the group who could be seen to progress
    progressions bigint,     -- up to the horizon
    deaths bigint,           -- without progression, up to the horizon
    horizon_years double,
    predicted double,        -- fraction; null: of this group the source says nothing
    observed double,         -- cumulative incidence of progression at the horizon, death competing
    observed_low double,     -- 95 % limits
    observed_high double
);
