-- Rows that a run had and the one before had not; with the tables superseded_… what was known at each run.
-- Grain: one row per run, table and row added. Rows of the first run are not listed.
-- Key: run, table, patient_id, content
-- Step: find_changes
-- Export: no
create table added_row (
    run        bigint not null,
    "table"    varchar not null,
    patient_id varchar not null,
    content    uhugeint not null  -- md5 of the contract's columns: the same in every version
);
