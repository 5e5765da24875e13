-- What stands behind the checks of the data: every row that violates one.
-- Grain: one row per check and row of the registry; what is about a patient, a line, a visit or a site's month has no source_file,
-- what is about a site has no patient_id either. Internal: never in a shared report.
-- Checks without a threshold have no rows here.
-- Key: id, table, column, site, patient_id, source_file, row_number, dated
-- Step: audit
-- Export: yes
create table data_check_row (
    id          varchar not null,
    "table"     varchar,
    "column"    varchar,
    site        varchar not null,  -- unknown: not recorded
    patient_id  varchar,
    source_file varchar,
    row_number  bigint,
    dated       date
);
