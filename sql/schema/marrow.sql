-- Marrow examinations.
-- Grain: one row per examination.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table marrow (
    patient_id                     varchar not null,
    collected_on                   date not null,
    plasma_cell_percent            double,   -- % of nucleated cells
    plasma_cell_percent_comparator varchar,  -- <, <=, >, >=
    clonal_plasma_cells            varchar,
    specimen                       varchar,
    unreadable                     varchar[],
    source_file                    varchar not null,
    row_number                     bigint not null
);
