-- The rows that a check asks about
-- Grain: one row per row that the SQL of the check finds. What that leaves out is null.
select *
from (
    select
        null::varchar as patient_id,
        null::varchar as site_id,
        null::varchar as "table",
        null::varchar as "column",
        null::varchar as source_file,
        null::bigint as row_number,
        null::date as dated,
        null::boolean as violated,
        null::bigint as rows
    limit 0
)
union all by name
($rows)
