-- Frailty at every line's start, by two scores.
-- Grain: one row per line and score; of a patient without any line one at diagnosis, with line null.
-- Null score or frailty_group: more than one is possible. unknown_because names the tests that the group waits for.
-- Key: patient_id, line, model
-- Step: derive
-- Export: yes
create table frailty (
    patient_id varchar,
    line bigint,
    on_date date,               -- the line's start; of an untreated patient the diagnosis
    model varchar,              -- FRAIL.simplified, FRAIL.imwg
    score double,
    frailty_group varchar,      -- of FRAIL.simplified: non_frail, frail; of FRAIL.imwg: fit, intermediate, frail
    unknown_because varchar[]
);
