-- Rows of $table in which a column is empty that is asked for
-- Grain: one row per row and column. $empty: of each column its name where it is empty, else null.
select *
from (select patient_id, '$table' as "table", unnest([$empty]) as "column", source_file, row_number from $table)
where "column" is not null
