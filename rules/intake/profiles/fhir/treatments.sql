-- One row a drug, or a transplant, of a line: a CarePlan that drugs are based on, numbered by its start.
with given as (
    select json, coalesce(json ->> '$.effectivePeriod.start', json ->> '$.effectiveDateTime') as started,
        json ->> '$.effectivePeriod.end' as ended
    from MedicationAdministration
    union all
    select json, coalesce(json ->> '$.effectivePeriod.start', json ->> '$.effectiveDateTime'), json ->> '$.effectivePeriod.end'
    from MedicationStatement
    union all
    select json, json ->> '$.authoredOn', null from MedicationRequest
),
drug as (
    select
        regexp_extract(coalesce(json ->> '$.basedOn[0].reference', json ->> '$.supportingInformation[0].reference'), 'CarePlan/(.+)$', 1)
            as plan,
        coalesce(json ->> '$.medicationCodeableConcept.text', json ->> '$.medicationCodeableConcept.coding[0].display') as drugs,
        null as phase,
        left(started, 10) as start_date,
        left(ended, 10) as end_date
    from given
    where coalesce(json ->> '$.status', 'completed') not in ('entered-in-error', 'not-done', 'not-taken', 'cancelled', 'draft')
    union all
    select
        regexp_extract(json ->> '$.basedOn[0].reference', 'CarePlan/(.+)$', 1),
        null,
        case when contains(words, 'allogen') then 'allogeneic_transplant' else 'autologous_transplant' end,
        left(coalesce(json ->> '$.performedDateTime', json ->> '$.performedPeriod.start'), 10),
        left(json ->> '$.performedPeriod.end', 10)
    from (select json, lower(concat_ws(' ', json ->> '$.code.text', json ->> '$.code.coding[0].display')) as words from Procedure)
    where
        regexp_matches(words, 'autologous|allogen')
        and contains(words, 'transplant')
        and coalesce(json ->> '$.status', 'completed') not in ('entered-in-error', 'not-done', 'preparation')
),
line as (
    select
        json ->> '$.id' as plan,
        regexp_extract(json ->> '$.subject.reference', '[^/]+$') as patient_id,
        row_number() over (
            partition by regexp_extract(json ->> '$.subject.reference', '[^/]+$') order by json ->> '$.period.start', json ->> '$.id'
        ) as line,
        left(json ->> '$.period.start', 10) as start_date,
        left(json ->> '$.period.end', 10) as end_date,
        json ->> '$.title' as title
    from CarePlan
    where json ->> '$.id' in (select plan from drug)
)
select line.patient_id, line.line::varchar as line, drug.phase, drug.drugs, drug.start_date, drug.end_date
from drug join line using (plan)
