-- What is known of each patient, as one number: it is another as soon as any accepted row is.
-- Grain: one row per patient.
-- Key: patient_id
-- Step: find_changes
-- Export: no, the hash may be another in another version of DuckDB
create table patient_content (
    patient_id  varchar not null,
    fingerprint hugeint not null  -- sum of a hash of every row, whatever their order and place
);
