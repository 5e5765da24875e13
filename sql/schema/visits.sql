-- Response and progression at every visit after a line's start.
-- Grain: one row per visit. Changes are fractions; null: no figure to compare with.
-- Key: patient_id, line, visit_date
-- Step: derive
-- Export: yes
create table visits (
    patient_id varchar,
    line bigint,
    visit_date date,
    response varchar,
    possible_response varchar,
    confirmed_response varchar,
    best_response varchar,
    progression_reasons varchar[],
    clauses varchar[],
    limited_by varchar[],
    flags varchar[],
    serum_change_from_baseline double,
    serum_change_from_nadir double
);
