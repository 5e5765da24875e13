-- One row a Patient, with the disease of Condition (ICD-10, SNOMED CT, or its words) and the last day with a record.
with recorded as (
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$') as id,
        left(coalesce(
            json ->> '$.onsetDateTime', json ->> '$.onsetPeriod.start', json ->> '$.recordedDate'
        ), 10) as recorded_on,
        list_aggregate(
            list_transform(json_extract(json, '$.code.coding[*].code'), lambda x: upper(x ->> '$')), 'string_agg', ' '
        ) as codes,
        lower(concat_ws(
            ' ',
            json ->> '$.code.text',
            list_aggregate(list_transform(json_extract(json, '$.code.coding[*].display'), lambda x: x ->> '$'), 'string_agg', ' ')
        )) as words
    from Condition
    where coalesce(json ->> '$.verificationStatus.coding[0].code', 'confirmed') not in ('refuted', 'entered-in-error')
),
disease as (
    select
        id,
        recorded_on,
        case
            when contains(words, 'poems') then 'POEMS'
            when regexp_matches(words, 'plasma cell leuk') or regexp_matches(codes, '\bC90\.1') then 'PCL'
            when regexp_matches(words, 'smou?ldering') then 'SMM'
            when regexp_matches(words, 'gammopathy') or regexp_matches(codes, '\bD47\.2|\b277577000\b') then 'MGUS'
            when regexp_matches(words, 'plasmacytoma') or regexp_matches(codes, '\bC90\.[23]') then 'plasmacytoma'
            when regexp_matches(words, 'light chain amyloid|al amyloid|primary amyloid') or regexp_matches(codes, '\bE85\.81') then 'AL'
            when regexp_matches(words, 'multiple myeloma|plasma cell myeloma') or regexp_matches(codes, '\bC90\.0|\b109989006\b')
                then 'MM'
        end as diagnosis
    from recorded
),
diagnosed as (
    select
        id,
        diagnosis,
        min(recorded_on) as diagnosis_date,
        row_number() over (
            partition by id order by list_position(['MM', 'PCL', 'AL', 'POEMS', 'plasmacytoma', 'SMM', 'MGUS'], diagnosis)
        ) as choice
    from disease
    where diagnosis is not null
    group by id, diagnosis
),
seen as (
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$') as id,
        left(coalesce(json ->> '$.effectiveDateTime', json ->> '$.effectivePeriod.start', json ->> '$.effectiveInstant'), 10) as seen_on
    from Observation
    union all
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$'),
        left(coalesce(json ->> '$.performedDateTime', json ->> '$.performedPeriod.start'), 10)
    from Procedure
    union all
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$'),
        left(coalesce(json ->> '$.effectiveDateTime', json ->> '$.effectivePeriod.start'), 10)
    from MedicationAdministration
    union all
    select
        regexp_extract(json ->> '$.subject.reference', '[^/]+$'),
        left(coalesce(json ->> '$.effectiveDateTime', json ->> '$.effectivePeriod.start'), 10)
    from MedicationStatement
    union all
    select id, recorded_on from recorded
),
last_seen as (select id, max(seen_on) as seen_on from seen where length(seen_on) = 10 group by id)
select
    p.json ->> '$.id' as patient_id,
    regexp_extract(p.json ->> '$.managingOrganization.reference', '[^/]+$') as site_id,
    p.json ->> '$.gender' as sex,
    p.json ->> '$.birthDate' as birth_date,
    d.diagnosis,
    d.diagnosis_date,
    case
        when p.json ->> '$.deceasedDateTime' is not null or p.json ->> '$.deceasedBoolean' = 'true' then 'dead'
        else 'alive'
    end as vital_status,
    left(p.json ->> '$.deceasedDateTime', 10) as death_date,
    coalesce(left(p.json ->> '$.deceasedDateTime', 10), last_seen.seen_on) as last_contact_date
from Patient as p
left join diagnosed as d on d.id = p.json ->> '$.id' and d.choice = 1
left join last_seen on last_seen.id = p.json ->> '$.id'
order by patient_id
