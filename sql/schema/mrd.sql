-- Tests of minimal residual disease.
-- Grain: one row per test.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table mrd (
    patient_id                varchar not null,
    collected_on              date not null,
    method                    varchar not null,
    sensitivity               double,   -- fraction of cells, 0.00001 for 10⁻⁵
    sensitivity_comparator    varchar,  -- <, <=, >, >=
    result                    varchar not null,
    level                     double,
    level_comparator          varchar,  -- <, <=, >, >=
    cells_analysed            double,   -- count
    cells_analysed_comparator varchar,  -- <, <=, >, >=
    unreadable                varchar[],
    source_file               varchar not null,
    row_number                bigint not null
);
