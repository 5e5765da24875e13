-- Rows read, and whether a number of theirs was refused
-- Grain: one row per row read.
select *
from read_row(['unreadable_number', 'comma_in_number', 'point_in_number', 'not_whole_number', 'comparator_conflict'])
