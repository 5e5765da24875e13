-- Autologous transplants, and treatments that may have been one: one among the drugs, or no phase and no drug but melphalan.
-- Grain: one row per patient, line and day.
-- Key: patient_id, line, transplanted_on
-- Step: derive
-- Export: yes
create table transplant (
    patient_id varchar,
    line bigint,
    transplanted_on date,
    is_certain boolean  -- its phase says so
);
