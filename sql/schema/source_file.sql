-- The files read, and what became of their rows.
-- Grain: one row per file of the extract, and table where several are read from it. Always rows_read = rows_accepted +
-- rows_quarantined; of a file with a test a column, a row is a result.
-- Key: source_file
-- Step: ingest
-- Export: no
create table source_file (
    source_file      varchar not null,  -- path relative to the extract, [with the table]
    "table"          varchar not null,
    rows_read        bigint not null,
    rows_accepted    bigint not null,
    rows_quarantined bigint not null,   -- refused; each counts once, however many rules it breaks
    cells_set_aside  bigint not null,   -- of rows accepted; each counts once, however many rules it breaks
    rows_filtered    bigint not null default 0,  -- rows of the file that the site says are none of the table's
    content          varchar            -- digest of its bytes and of all that decides how they are read; null: not read
                                        -- as it is in this run, or of patients whose ids were replaced
);
