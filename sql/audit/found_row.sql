-- The rows that a check asks about, with the site of each
-- Grain: one row per row that the SQL of the check finds. What a check leaves out is null. site: its own, else its patient's.
with found as (
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
            null::boolean as violated
        limit 0
    )
    union all by name
    ($rows)
)
select found.* exclude (site_id), coalesce(found.site_id, patients.site_id, 'unknown') as site
from found left join patients using (patient_id)
