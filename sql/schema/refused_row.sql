-- Whose the refused rows are, and what they are about, as far as they say.
-- Grain: one row per refused row that names a patient, whether patients has that one or not.
-- Null: not recorded, not readable, or not a column of the table.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table refused_row (
    source_file varchar not null,
    row_number  bigint not null,
    "table"     varchar not null,
    patient_id  varchar not null,
    dated_on    date,             -- the first date that the table requires
    line        integer,
    kind        varchar,          -- analyte, finding, abnormality, MRD method, phase, drug of supportive care, adverse event, response recorded
    is_repeat   boolean not null  -- refused only as it repeats an accepted row, or as its patient has one: nothing is lost
);
