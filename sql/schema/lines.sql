-- Lines of therapy, what each is measurable by, and what it came to.
-- Grain: one row per patient and line. Null: did not happen, or can't be determined; progression_source: nothing tells whether it did, or what
-- would could not be read.
-- Key: patient_id, line
-- Step: derive
-- Export: yes
create table lines (
    patient_id varchar,
    line bigint,
    start_date date,
    end_date date,
    next_line_start date,
    drugs varchar,
    measurable_by varchar,
    best_response varchar,
    best_response_date date,
    progression_date date,
    progression_confirmed_by varchar,
    progression_source varchar
);
