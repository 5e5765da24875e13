-- Supportive care given.
-- Grain: one row per course.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table supportive_care (
    patient_id  varchar not null,
    drug        varchar not null,
    start_date  date not null,
    end_date    date,
    unreadable  varchar[],
    source_file varchar not null,
    row_number  bigint not null
);
