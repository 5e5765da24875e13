-- Whether the patient may have anti-BCMA CAR-T at a visit (RR.car_t), by what was begun before it and found up to it.
-- Grain: one row per visit. Key: patient_id, visit_date. Null eligible: can't be told.
create table car_t_eligibility (
    patient_id varchar,
    line bigint,
    visit_date date,
    eligible boolean,
    clauses_against varchar[],  -- parts of RR.car_t known not to hold
    unknown_because varchar[]  -- tests that an unknown answer waits for
);
