-- Visits that the clinic judged too (sql/macros/judged_visit.sql), for whatever is counted of them.
-- Grain: one row per visit: patient_id, line, visit_date.
-- Internal: never in a shared report.
-- Key: patient_id, line, visit_date
-- Step: audit
-- Export: no, visits and assessments say it
create table judged (
    patient_id varchar not null,
    line       bigint not null,
    visit_date date not null,
    recorded   varchar not null,  -- by the clinic
    derived    varchar not null,  -- response, before confirmation
    confirmed  varchar            -- null: the visit is no response to confirm
);
