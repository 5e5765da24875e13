-- Rows read, and whether a date of theirs was refused
-- Grain: one row per row read.
select * from read_row(['unreadable_date', 'ambiguous_date', 'serial_date', 'instant', 'part_of_a_date', 'no_index_date'])
