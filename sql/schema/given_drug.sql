-- Each drug of each treatment, with its class, and whether the patient progressed on it (RR.refractory).
-- Grain: one row per exposure: two treatment rows that say the same of one drug are one.
-- Null: drug: a row names none, although its phase is one of drugs, or a name that the vocabulary (rules/intake/drugs.toml) does not
-- know, or was refused: then a row in each line that it may be of (null line: no line is known); start_date: of a refused row, not
-- readable; last_dose_on: no end recorded; progressed: unknown. Recorded: treatments.drugs.
-- Key: patient_id, line, start_date, last_dose_on, phase, drug
-- Step: derive
-- Export: yes
create table given_drug (
    patient_id varchar,
    line bigint,
    phase varchar,
    drug varchar,  -- as the vocabulary calls it; a transplant named among the drugs too
    class varchar,  -- as the vocabulary has it; null with drug only
    start_date date,
    last_dose_on date,
    progressed boolean,
    progressed_on date  -- the first progression after the drug began, where it counts as on the drug
);
