-- What a check finds: how many rows are violated or not, and which they are that are violated
-- Grain: one row per table, column, site and answer, and of what is violated per patient. found_row has what is not put together here.
with found as (
$asked
),
of_patient as (
    select
        patient_id,
        site_id,
        "table",
        "column",
        violated,
        sum(coalesce(rows, 1))::bigint as rows,
        list({'source_file': source_file, 'row_number': row_number, 'dated': dated}) filter (violated and $is_listed)
            as listed
    from found
    group by all
)
select
    $id as id,
    case when violated then of_patient.patient_id end as patient_id,
    "table",
    "column",
    coalesce(of_patient.site_id, patients.site_id, 'unknown') as site,
    violated,
    sum(rows)::bigint as rows,
    flatten(list(listed) filter (listed is not null)) as listed
from of_patient left join patients using (patient_id)
group by all
