-- One row a result: an Observation, or a component of one. The test is its LOINC code, else its first code or its words. What
-- marrow.sql, findings.sql and assessments.sql read is not here. A day with its offset is the local one; midnight in UTC is a day.
with observed as (
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$') as id,
        coalesce(json ->> '$.effectiveDateTime', json ->> '$.effectivePeriod.start', json ->> '$.effectiveInstant') as taken_at,
        json
    from Observation
    where coalesce(json ->> '$.status', 'final') not in ('entered-in-error', 'cancelled', 'registered')
),
result as (
    select id, taken_at, json as r from observed
    union all
    select id, taken_at, unnest(json_extract(json, '$.component[*]')) from observed
),
named as (
    select
        id,
        taken_at,
        r,
        coalesce(
            list_filter(json_extract(r, '$.code.coding[*]'), lambda x: x ->> '$.system' = 'http://loinc.org')[1] ->> '$.code',
            r ->> '$.code.coding[0].code',
            r ->> '$.code.text'
        ) as code
    from result
)
select
    id as patient_id,
    case when regexp_matches(taken_at, 'T.*Z$') and not regexp_matches(taken_at, 'T00:00(:00(\.0+)?)?Z$') then taken_at else left(taken_at, 10) end
        as collected_on,
    code as analyte,
    coalesce(r ->> '$.valueQuantity.value', r ->> '$.valueInteger', r ->> '$.valueString') as value,
    r ->> '$.valueQuantity.comparator' as comparator,
    coalesce(r ->> '$.valueQuantity.code', r ->> '$.valueQuantity.unit') as unit,
    coalesce(
        r ->> '$.valueCodeableConcept.coding[0].code',
        r ->> '$.valueCodeableConcept.text',
        case when r ->> '$.interpretation[0].coding[0].code' in ('POS', 'NEG', 'DET', 'ND')
            then r ->> '$.interpretation[0].coding[0].code' end
    ) as result,
    r ->> '$.referenceRange[0].low.value' as ref_low,
    r ->> '$.referenceRange[0].high.value' as ref_high
from named
where
    coalesce(code, '') not in ('11118-7', '89247-1', '29463-7', '8480-6')
    and (
        r ->> '$.valueQuantity.value' is not null
        or r ->> '$.valueInteger' is not null
        or r ->> '$.valueString' is not null
        or (r ->> '$.valueCodeableConcept' is not null and code in ('25700-6', '13440-3'))
        or (r ->> '$.interpretation' is not null and code in ('25700-6', '13440-3'))
    )
