-- What stands behind the indicators: every row that each asks about.
-- Grain: one row per indicator, patient, line and date (line and date null where the indicator does not ask by them).
-- passed: null where the data cannot answer. Internal: never in a shared report.
-- Key: id, patient_id, line, dated
-- Step: audit
-- Export: yes
create table quality_indicator_row (
    id         varchar not null,
    site       varchar not null,  -- unknown: not recorded
    patient_id varchar not null,
    line       bigint,
    dated      date,
    passed     boolean,
    passed_by  varchar            -- which of several ways to pass; null: the indicator has one only, or it did not pass
);
