-- Rows read, and whether a value of theirs was refused as one that nobody has
-- Grain: one row per row read.
select * from read_row(['impossible_value'])
