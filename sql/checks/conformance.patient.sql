-- Rows read of the tables beside patients, and whether they were refused for want of their patient
-- Grain: one row per row read.
select * from read_row(['unknown_patient']) where "table" <> 'patients'
