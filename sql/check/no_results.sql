-- Laboratory rows that say nothing: neither a figure nor a sign, and none that could not be read
-- Grain: one row.
select count(*) as rows_without_result
from labs
where value is null and result is null and coalesce(len(unreadable), 0) = 0
