-- Patients whose recorded diagnosis Table 1 contradicts: its own clauses are known not to hold, or another holds that comes
-- first. Where a missing test leaves that open they are not here.
-- Grain: one row per patient and clause that speaks against the recorded diagnosis.
-- Internal: never in a shared report.
-- Key: patient_id, clause
-- Step: derive
-- Export: yes
create table diagnosis_disagreement (
    patient_id varchar,
    recorded varchar,
    derived varchar, -- null: none holds
    clause varchar   -- of the recorded diagnosis, known not to hold; where there is none, the derived one that comes first
);
