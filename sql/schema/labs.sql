-- Laboratory results.
-- Grain: one row per result as reported; several of one test on one day may stand.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table labs (
    patient_id            varchar not null,
    collected_on          date not null,
    analyte               varchar not null,
    value                 double,   -- canonical unit (rules/intake/units.toml); analytes outside it as reported
    comparator            varchar,  -- of the value: <, <=, >, >=
    unit                  varchar,  -- canonical
    result                varchar,
    ref_low               double,   -- in unit
    ref_high              double,   -- in unit
    attributed_to_myeloma boolean,
    unreadable            varchar[],
    source_file           varchar not null,
    row_number            bigint not null
);
