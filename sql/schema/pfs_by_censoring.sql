-- Progression-free survival under each rule of censoring (imwg, fda, ema; see PFS in rules/README.md), in whole days.
-- Grain: one row per line and rule. Null days and event: see time_to_event.
-- Key: patient_id, line, censoring
-- Step: derive
-- Export: yes
create table pfs_by_censoring (
    patient_id varchar,
    line bigint,
    censoring varchar,
    start_date date,
    end_date date,
    days bigint,
    event boolean,
    reason varchar,
    progression_source varchar
);
