-- Each drug of each treatment, with its class, and whether the patient progressed on it (RR.refractory).
-- Grain: one row per treatment row and drug. Key: none; rows of one treatment and drug may stand twice, as in the extract.
-- Null: drug: the row names none, although its phase is one of drugs; class: the drug is none of rules/drugs.toml;
-- last_dose_on: no end recorded; progressed: can't be told.
create table given_drug (
    patient_id varchar,
    line bigint,
    phase varchar,
    drug varchar,  -- in small letters
    class varchar,  -- proteasome_inhibitor, immunomodulatory_drug, anti_cd38, anti_slamf7
    start_date date,
    last_dose_on date,
    progressed boolean,
    progressed_on date  -- the first progression after the drug began, where it counts as on the drug
);
