-- Diagnosis by Table 1, on the values nearest the diagnosis date, beside the recorded one.
-- Grain: one row per patient.
-- Null derived: none holds; possible are those that are unknown, unknown_because the tests that they wait for.
-- Key: patient_id
-- Step: derive
-- Export: yes
create table diagnosis (
    patient_id varchar,
    diagnosis_date date,
    derived varchar,           -- id of the first clause, in the order of Table 1, that holds (DX.myeloma)
    recorded varchar,          -- patients.diagnosis
    clauses_for varchar[],     -- of MDE.*, SLIM.* and DX.*, those that hold, sorted
    clauses_against varchar[], -- those known not to hold, sorted
    possible varchar[],        -- unknown DX.*, sorted
    unknown_because varchar[]
);
