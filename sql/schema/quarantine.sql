-- Rows refused, and cells set aside while their row stays, and why.
-- Grain: one row per refused row or set-aside cell, column and rule; what breaks several rules has several.
-- Null column: the rule is on the whole row; null value: missing, or the whole row.
-- Key: source_file, row_number, column, rule, reason, value
-- Step: ingest
-- Export: yes
create table quarantine (
    source_file varchar not null,  -- path relative to the extract, [with the table] · and the column of the test
    row_number  bigint not null,   -- 1 = first data row
    "table"     varchar not null,
    "column"    varchar,
    value       varchar,           -- the text found
    rule        varchar not null,
    reason      varchar not null,
    row_kept    boolean not null,  -- true: one optional cell was set aside, its row stays; false: the row was refused
    field       varchar            -- the contract's column, where "column" is the file's own name of it; null: the same
);
