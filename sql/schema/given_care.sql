-- Each drug of supportive care, with what it is for.
-- Grain: one row per drug and dates, of supportive_care, and of treatments that name one among the drugs.
-- Null: drug and purpose: a name that the vocabulary (rules/intake/drugs.toml) does not know, it may be for anything; start_date: the
-- row was refused, its day not readable; end_date: not recorded, still given, or refused. Recorded: supportive_care.drug.
-- Key: patient_id, drug, start_date, end_date
-- Step: derive
-- Export: yes
create table given_care (
    patient_id varchar,
    drug varchar,  -- as the vocabulary calls it
    purpose varchar,  -- bone, dental_check, zoster, thrombosis, vitamin_d, calcium, other
    start_date date,
    end_date date
);
