-- Whether a patient with AL amyloidosis (recorded or derived) could be transplanted.
-- Grain: one row per such patient. Null eligible: unknown; unknown_because names the tests that stood
-- in the way.
-- Key: patient_id
-- Step: derive
-- Export: yes
create table al_transplant (
    patient_id varchar,
    on_date date,                -- the first line's start; of an untreated patient the diagnosis
    eligible boolean,
    clauses_against varchar[],   -- the parts of AL.transplant that are false
    unknown_because varchar[]
);
