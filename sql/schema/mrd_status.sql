-- MRD status on every date on which it was tested.
-- Grain: one row per date and category. Null mrd: no test sensitive enough to decide;
-- null line: up to the first line's start.
-- Key: patient_id, collected_on, category
-- Step: derive
-- Export: yes
create table mrd_status (
    patient_id varchar,
    line bigint,
    collected_on date,
    mrd varchar,        -- negative, positive
    category varchar,   -- flow, sequencing, imaging (marrow and PET/CT), sustained (such a negative, again a year later)
    after_cr boolean    -- a confirmed CR stands at the test; null: no evaluable visit of the line decides
);
