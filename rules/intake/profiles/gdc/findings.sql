-- One row a performance status.
with one_case as (
    select unnest(
        case
            when len(json_extract(json, '$.data.hits[*]')) > 0 then json_extract(json, '$.data.hits[*]')
            else [json::json]
        end
    ) as json
    from cases
),
follow as (
    select f ->> '$.days_to_follow_up' as day, f ->> '$.ecog_performance_status' as ecog, id
    from (select json ->> '$.submitter_id' as id, unnest(json_extract(json, '$.follow_ups[*]')) as f from one_case)
    union all
    select
        nullif("follow_ups.days_to_follow_up", '''--'),
        nullif("follow_ups.ecog_performance_status", '''--'),
        "cases.submitter_id"
    from follow_up
)
select distinct id as patient_id, day as observed_on, 'ecog' as finding, ecog as value
from follow
where regexp_full_match(ecog, '[0-5]')
