-- Rows read, and whether they were refused as no rows of their header's columns
-- Grain: one row per row read.
select * from read_row(['ragged', 'line_break'])
