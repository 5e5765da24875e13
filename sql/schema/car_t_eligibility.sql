-- Whether the patient may have anti-BCMA CAR-T at a visit (RR.car_t), by what was begun before it and found up to it.
-- Grain: one row per visit. Null eligible: unknown.
-- Key: patient_id, line, visit_date
-- Step: derive
-- Export: yes
create table car_t_eligibility (
    patient_id varchar,
    line bigint,
    visit_date date,
    eligible boolean,
    clauses_against varchar[],  -- parts of RR.car_t known not to hold
    unknown_because varchar[]  -- tests that an unknown answer waits for
);
