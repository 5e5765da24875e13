-- The rows of the registry that violate one check of the data, of a site or of all.
-- Grain: one row per row, visit, line or month that violates it.
select patient_id, dated, site, source_file, row_number
from data_check_row
where
    id = $id
    and "table" is not distinct from $table
    and "column" is not distinct from $column
    and ($site is null or site = $site)
order by patient_id nulls last, dated nulls first, source_file nulls first, row_number nulls first
