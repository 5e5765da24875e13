-- One row a course of supportive care: drugs that are named here.
with given as (
    select json, json ->> '$.effectivePeriod.start' as started, json ->> '$.effectivePeriod.end' as ended from MedicationStatement
    union all
    select json, coalesce(json ->> '$.effectivePeriod.start', json ->> '$.effectiveDateTime'), json ->> '$.effectivePeriod.end'
    from MedicationAdministration
),
named as (
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$') as id,
        lower(coalesce(json ->> '$.medicationCodeableConcept.text', json ->> '$.medicationCodeableConcept.coding[0].display')) as drug,
        left(started, 10) as start_date,
        left(ended, 10) as end_date
    from given
    where coalesce(json ->> '$.status', 'completed') not in ('entered-in-error', 'not-done', 'not-taken')
)
select id as patient_id, drug, start_date, end_date
from named
where regexp_matches(
    drug,
    'zoledron|pamidron|denosumab|alendron|risedron|ibandron|aciclovir|acyclovir|aspirin|acetylsalicylic|warfarin|apixaban|'
    || 'rivaroxaban|edoxaban|dabigatran|heparin|enoxaparin|dalteparin|co-?trimoxazole|sulfamethoxazole|levofloxacin|immunoglobulin|'
    || 'vitamin d|calciferol|calcifediol|calcidol|calcitol|calcitriol|^calcium( carbonate| lactate| gluconate| aspartate)?$'
)
