-- One row a performance status (LOINC 89247-1), weight in kilograms (29463-7) or systolic pressure in mmHg (8480-6, also as a
-- component of a blood pressure).
with observed as (
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$') as id,
        left(coalesce(json ->> '$.effectiveDateTime', json ->> '$.effectivePeriod.start'), 10) as observed_on,
        json
    from Observation
    where coalesce(json ->> '$.status', 'final') not in ('entered-in-error', 'cancelled', 'registered')
),
result as (
    select id, observed_on, json as r from observed
    union all
    select id, observed_on, unnest(json_extract(json, '$.component[*]')) from observed
),
named as (
    select
        id,
        observed_on,
        list_filter(json_extract(r, '$.code.coding[*]'), lambda x: x ->> '$.system' = 'http://loinc.org')[1] ->> '$.code' as code,
        coalesce(
            r ->> '$.valueQuantity.value', r ->> '$.valueInteger', regexp_extract(r ->> '$.valueCodeableConcept.text', '[0-5]')
        ) as value,
        coalesce(r ->> '$.valueQuantity.code', r ->> '$.valueQuantity.unit') as unit
    from result
)
select
    id as patient_id,
    observed_on,
    case code when '89247-1' then 'ecog' when '29463-7' then 'weight_kg' else 'systolic_bp' end as finding,
    value
from named
where
    value is not null
    and (code = '89247-1' or (code = '29463-7' and unit = 'kg') or (code = '8480-6' and lower(unit) in ('mm[hg]', 'mmhg')))
