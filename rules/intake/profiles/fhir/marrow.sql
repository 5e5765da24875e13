-- One row a share of plasma cells in marrow by morphology: LOINC 11118-7.
select
    regexp_extract(json ->> '$.subject.reference', '[^/]+$') as patient_id,
    left(coalesce(json ->> '$.effectiveDateTime', json ->> '$.effectivePeriod.start'), 10) as collected_on,
    json ->> '$.valueQuantity.value' as plasma_cell_percent,
    json ->> '$.valueQuantity.comparator' as plasma_cell_percent_comparator
from Observation
where
    coalesce(json ->> '$.status', 'final') not in ('entered-in-error', 'cancelled', 'registered')
    and list_contains(list_transform(json_extract(json, '$.code.coding[*].code'), lambda x: x ->> '$'), '11118-7')
    and json ->> '$.valueQuantity.value' is not null
