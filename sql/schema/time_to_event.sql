-- Times to events, in whole days.
-- Grain: one row per endpoint of a line (OS from diagnosis: of a patient, line null).
-- Null days and event: the record contradicts itself, or what would tell could not be read; see reason.
-- Key: patient_id, line, endpoint, origin
-- Step: derive
-- Export: yes
create table time_to_event (
    patient_id varchar,
    line bigint,
    endpoint varchar,
    origin varchar,
    start_date date,
    end_date date,
    days bigint,
    event boolean,
    reason varchar,
    progression_source varchar
);
