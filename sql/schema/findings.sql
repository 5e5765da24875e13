-- Findings of the clinic: scores, measurements, signs, and what was looked for and not found.
-- Grain: one row per finding and examination.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table findings (
    patient_id       varchar not null,
    observed_on      date not null,
    finding          varchar not null,
    present          boolean,
    value            double,   -- a score, kg of weight_kg, mmHg of systolic_bp
    value_comparator varchar,  -- <, <=, >, >=
    unreadable       varchar[],
    source_file      varchar not null,
    row_number       bigint not null
);
