-- Rows read, and whether they were refused as repeats of an earlier one
-- Grain: one row per row read.
select * from read_row(['duplicate'])
