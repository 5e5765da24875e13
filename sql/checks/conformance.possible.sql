-- Rows read, and whether a value or a date of theirs was refused as one that no patient can have
-- Grain: one row per row read.
select * from read_row(['impossible_value', 'impossible_date'])
