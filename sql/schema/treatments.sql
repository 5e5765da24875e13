-- Treatment given.
-- Grain: one row per phase of a line, or per drug of it; a course of radiotherapy.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table treatments (
    patient_id          varchar not null,
    line                integer not null,  -- 1, 2, …
    phase               varchar,
    drugs               varchar,           -- as recorded; given_drug has what it names
    start_date          date not null,
    end_date            date,
    stop_reason         varchar,
    cycles              double,            -- courses given
    dose                double,            -- of a drug's row
    dose_unit           varchar,
    stem_cells_10e6_kg  double,            -- CD34-positive cells of a transplant, millions per kg
    radiation_gy        double,            -- of radiotherapy, in all
    unreadable          varchar[],
    source_file         varchar not null,
    row_number          bigint not null
);
