-- Abnormalities looked for by interphase FISH.
-- Grain: one row per abnormality and examination.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table cytogenetics (
    patient_id         varchar not null,
    collected_on       date not null,
    abnormality        varchar not null,
    result             varchar not null,
    percent            double,   -- % of nuclei
    percent_comparator varchar,  -- <, <=, >, >=
    unreadable         varchar[],
    source_file        varchar not null,
    row_number         bigint not null
);
