-- Autologous transplants, and treatments that may have been one: one among the drugs, no phase and no drug but melphalan, a phase that
-- could not be read, or refused.
-- Grain: one row per patient, line and day. Null: as in given_drug.
-- Key: patient_id, line, transplanted_on
-- Step: derive
-- Export: yes
create table transplant (
    patient_id varchar,
    line bigint,
    transplanted_on date,
    is_certain boolean  -- its phase says so
);
