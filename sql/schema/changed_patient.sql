-- The patients about whom this run knows something else than the last run. Empty in a store's first run.
-- Grain: one row per patient.
-- Key: patient_id
-- Step: find_changes
-- Export: no, it depends on the last run
create table changed_patient (
    patient_id varchar not null,
    change     varchar not null  -- new, changed, removed
);
