-- Laboratory rows read, and whether their unit was refused
-- Grain: one row per row read.
select *, 'unit' as "column" from read_row(['unknown_unit', 'missing_unit']) where "table" = 'labs'
