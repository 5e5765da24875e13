-- One row a case; days from diagnosis.
with one_case as (
    select unnest(
        case
            when len(json_extract(json, '$.data.hits[*]')) > 0 then json_extract(json, '$.data.hits[*]')
            else [json::json]
        end
    ) as json
    from cases
),
found as (
    select
        json ->> '$.submitter_id' as id,
        json ->> '$.demographic.gender' as gender,
        json ->> '$.demographic.vital_status' as status,
        json ->> '$.demographic.days_to_birth' as birth,
        json ->> '$.demographic.days_to_death' as death,
        list_max(list_transform(json_extract(json, '$.diagnoses[*].days_to_last_follow_up'), lambda x: try_cast(x ->> '$' as double)))
            as seen,
        list_filter(list_transform(json_extract(json, '$.diagnoses[*].iss_stage'), lambda x: x ->> '$'), lambda x: x is not null)[1]
            as iss
    from one_case
    union all
    select
        "cases.submitter_id",
        any_value(nullif("demographic.gender", '''--')),
        any_value(nullif("demographic.vital_status", '''--')),
        any_value(nullif("demographic.days_to_birth", '''--')),
        any_value(nullif("demographic.days_to_death", '''--')),
        max(try_cast("diagnoses.days_to_last_follow_up" as double)),
        any_value(nullif("diagnoses.iss_stage", '''--'))
    from clinical
    group by "cases.submitter_id"
)
select
    id as patient_id,
    gender as sex,
    birth as birth_date,
    case when upper(iss) in ('I', 'II', 'III') then upper(iss) end as reported_iss,
    status as vital_status,
    death as death_date,
    coalesce(death, seen::bigint::varchar) as last_contact_date
from found
order by id
