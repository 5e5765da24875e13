-- The patients whose rows this run read, where those of the others stayed as the last run had read them. Empty where all
-- were read, or none.
-- Grain: one row per patient that a row names, now or before, be it refused.
-- Key: patient_id
-- Step: ingest
-- Export: no, it depends on the last run
-- Carry: no
create table reread_patient (
    patient_id varchar not null
);
