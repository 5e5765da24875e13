-- The first bone agent of each patient, and the clearance of creatinine when it was begun.
-- Grain: one row per patient who had one. Null begun_on: on a day that could not be read. Null clearance: can't be determined.
-- Key: patient_id
-- Step: derive
-- Export: yes
create table bone_agent (
    patient_id varchar,
    begun_on date,
    is_first boolean,               -- false: another was begun on a day that could not be read, and may have been the first
    is_denosumab boolean,           -- nothing else was begun on that day
    clearance_ml_min double,        -- nearest the day: recorded, else by Cockcroft and Gault
    clearance_ml_min_max double     -- above the other: it is between the two, by a comparator or as the sex is not known
);
