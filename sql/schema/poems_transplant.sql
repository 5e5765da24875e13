-- VEGF before and after each autologous transplant of patients with POEMS syndrome (recorded or derived, both).
-- Grain: one row per row of `transplant` of theirs.
-- Null: not measured; of a figure, of the change and of is_normal_after also: a comparator leaves it open, or no limit is reported.
-- Key: patient_id, line, transplanted_on
-- Step: derive
-- Export: yes
create table poems_transplant (
    patient_id varchar,
    line bigint,
    transplanted_on date,
    is_certain boolean,        -- its phase says so
    before_on date,            -- the latest up to the day of transplant
    before_pg_ml double,
    lowest_on date,            -- after transplant, until the next line starts; the first of equal ones
    lowest_pg_ml double,
    lowest_change double,      -- fraction of that before; null where that is 0
    is_normal_after boolean,   -- the lowest is at most its laboratory's upper limit
    last_on date,              -- after transplant, until the next line starts
    last_pg_ml double,
    unknown_because varchar[]  -- vegf: not measured before, or not after
);
