-- What the strict reading says of every visit, in a run whose edition relaxes the criteria for routine care.
-- Grain: one row per visit; none in a run that relaxes nothing.
-- Key: patient_id, line, visit_date
-- Step: derive
-- Export: no, the strict reading is a run of its own
create table strict_reading (
    patient_id varchar,
    line bigint,
    visit_date date,
    response varchar,
    possible_response varchar,
    confirmed_response varchar,
    is_evaluable boolean  -- one of the consecutive assessments
);
