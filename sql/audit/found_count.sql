-- How many rows a check asks about, with the site of each; what found_row lists, counted before sites are looked up
-- Grain: one row per patient (null: of none), table, column, site and answer. site: its own, else its patient's.
with found as (
    select *
    from (
        select
            null::varchar as patient_id,
            null::varchar as site_id,
            null::varchar as "table",
            null::varchar as "column",
            null::boolean as violated,
            null::bigint as rows
        limit 0
    )
    union all by name
    ($rows)
),
of_patient as (
    select patient_id, site_id, "table", "column", violated, sum(coalesce(rows, 1))::bigint as rows
    from found
    group by all
)
select of_patient.* exclude (site_id), coalesce(of_patient.site_id, patients.site_id, 'unknown') as site
from of_patient left join patients using (patient_id)
