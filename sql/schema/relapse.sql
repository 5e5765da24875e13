-- Every confirmed progression by kind (section 11).
-- Grain: one row per line with a progression. Null: can't be determined; interval_* of a later line: not asked.
-- Key: patient_id, line
-- Step: derive
-- Export: yes
create table relapse (
    patient_id varchar,
    line bigint,
    progression_date date,
    biochemical boolean,
    clinical boolean,
    aggressive boolean,
    aggressive_because varchar[],  -- RR.clinical, LDH.high, CA.high, RR.doubled: those that hold
    interval_months double,  -- from the last dose of the first treatment; 0: on it
    interval_group varchar,  -- <9, 9-12, >12; given also if only the group is certain
    transplant_again boolean,
    unknown_because varchar[]  -- tests that the unknown answers wait for
);
