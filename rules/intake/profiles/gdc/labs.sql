-- One row a laboratory test of a follow-up. A test in another specimen than serum or blood is named with it.
with one_case as (
    select unnest(
        case
            when len(json_extract(json, '$.data.hits[*]')) > 0 then json_extract(json, '$.data.hits[*]')
            else [json::json]
        end
    ) as json
    from cases
),
test as (
    select
        id,
        coalesce(t ->> '$.days_to_test', f ->> '$.days_to_follow_up') as day,
        t ->> '$.laboratory_test' as test,
        t ->> '$.test_value' as value,
        t ->> '$.test_units' as unit,
        t ->> '$.biospecimen_type' as specimen
    from (
        select id, f, unnest(json_extract(f, '$.molecular_tests[*]')) as t
        from (select json ->> '$.submitter_id' as id, unnest(json_extract(json, '$.follow_ups[*]')) as f from one_case)
    )
    union all
    select
        "cases.submitter_id",
        coalesce(nullif("molecular_tests.days_to_test", '''--'), nullif("follow_ups.days_to_follow_up", '''--')),
        nullif("molecular_tests.laboratory_test", '''--'),
        nullif("molecular_tests.test_value", '''--'),
        nullif("molecular_tests.test_units", '''--'),
        nullif("molecular_tests.biospecimen_type", '''--')
    from follow_up
)
select
    id as patient_id,
    day as collected_on,
    case
        when specimen is null or regexp_matches(lower(specimen), 'serum|plasma|blood|not reported|unknown') then lower(test)
        else lower(test) || ' in ' || lower(specimen)
    end as analyte,
    value,
    unit
from test
where test is not null and value is not null
