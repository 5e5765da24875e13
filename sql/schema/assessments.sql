-- Response as the clinic itself recorded it.
-- Grain: one row per assessment.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table assessments (
    patient_id  varchar not null,
    assessed_on date not null,
    response    varchar not null,  -- sCR … PD, NE
    line        integer,
    unreadable  varchar[],
    source_file varchar not null,
    row_number  bigint not null
);
