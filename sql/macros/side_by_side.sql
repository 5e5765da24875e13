-- Whose courses are drawn: the cohort, alone
-- Grain: one row per side and patient. Who draws several cohorts makes a table of this name instead.
create or replace temp view side_by_side as
select 'a' as side, patient_id from cohort
