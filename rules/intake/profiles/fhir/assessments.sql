-- One row a response: an Observation whose value is one, by the codes of registry.toml or by its letters.
with found as (
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$') as id,
        left(coalesce(json ->> '$.effectiveDateTime', json ->> '$.effectivePeriod.start'), 10) as assessed_on,
        coalesce(json ->> '$.valueCodeableConcept.coding[0].code', json ->> '$.valueCodeableConcept.text') as response
    from Observation
    where coalesce(json ->> '$.status', 'final') not in ('entered-in-error', 'cancelled', 'registered')
)
select id as patient_id, assessed_on, response
from found
where
    lower(response) in ('scr', 'cr', 'vgpr', 'pr', 'mr', 'sd', 'pd', 'ne')
    or regexp_matches(lower(response), '_response$|^stable_disease$|^progressive_disease$|^not_evaluable$')
