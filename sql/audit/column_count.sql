-- How many rows of $table are asked for each of its columns, and how many of them have it empty
-- Grain: one row per site, column and answer. $flags: of each column whether it is empty, null where it is not asked for.
with flagged as (select patient_id, $flags from $table),
of_site as (
    select coalesce(site_id, 'unknown') as site, unnest([$counts], recursive := true)
    from flagged left join (select patient_id as of_patient, site_id from patients) on of_patient = patient_id
    group by coalesce(site_id, 'unknown')
)
select site, '$table' as "table", "column", violated, rows
from (
    select *, unnest([true, false]) as violated, case when violated then empty else asked - empty end as rows
    from of_site
)
where rows > 0
