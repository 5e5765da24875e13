-- Rows of the site that violate a check of the data
-- Grain: one row of the registry and check. Internal: names patients.
select id, states, "table", "column", patient_id, dated, source_file, row_number
from data_check_row left join criterion using (id)
where site = $site
order by id, "table", "column", patient_id nulls last, dated nulls last, source_file, row_number
limit $most
