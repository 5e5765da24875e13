-- Risk of progression of patients with MGUS or smouldering myeloma (recorded or derived), by each model for the precursor.
-- Grain: one row per patient and model. No row where the model is not for the patient (MGUS.2018: IgM).
-- Key: patient_id, model
-- Step: derive
-- Export: yes
create table precursor_risk (
    patient_id varchar,
    model varchar,               -- MGUS.2005, SMM.2_20_20, ...
    factors varchar[],           -- those found
    factors_unknown varchar[],   -- the unknown ones
    points double,               -- null: more than one total is possible
    risk_group varchar,          -- a number or range of points; of SMM.evolving the factors; null: unknown
    predicted double,            -- fraction that progresses by the horizon; null: unknown, or no prediction
    horizon_years double,        -- null: the model makes no prediction
    unknown_because varchar[]    -- the tests that the group waits for
);
