-- What was read in spite of its form, because it has one meaning only (rules/intake/repairs.toml).
-- Grain: one row per file, patient, column and rule. Null column: the file itself, or its header. Null patient_id: these,
-- or rows without a readable one.
-- Key: source_file, patient_id, column, rule
-- Step: ingest
-- Export: no
create table repair (
    source_file varchar not null,  -- path relative to the extract
    "table"     varchar not null,
    patient_id  varchar,
    "column"    varchar,
    rule        varchar not null,
    cells       bigint not null    -- cells repaired, in rows accepted or not; names of the header; 1 of a file itself
);
