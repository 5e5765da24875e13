-- Names of drugs that the vocabulary (rules/intake/drugs.toml) does not know.
-- Grain: one row per patient, text and name in it. Internal: a text may say anything.
-- Key: patient_id, table, recorded, name
-- Step: derive
-- Export: yes
create table unknown_drug (
    patient_id varchar not null,
    "table" varchar not null,  -- treatments, supportive_care
    recorded varchar not null,  -- the text as recorded
    name varchar not null  -- what of it is not known, in small letters, without dose
);
