-- First lines of lenalidomide and dexamethasone, and whether as many courses were given as planned
-- Grain: one row per line.
select * from planned_courses($drugs, $regimen_days, $least_courses)
