-- One row a person: PERSON, with the disease of CONDITION_OCCURRENCE, DEATH, and the last day with a record.
-- 8507 male, 8532 female; 437233 multiple myeloma. A source code is of ICD-10, ICD-10-CM or ICD-9-CM.
with known as materialized (  -- the table of concepts is large, and read once
    select concept_id::varchar as id, concept_name, concept_code
    from concept
    where
        concept_id::varchar in (
            select condition_concept_id::varchar from condition_occurrence
            union
            select condition_source_concept_id::varchar from condition_occurrence
        )
        and concept_id::varchar <> '0'
),
recorded as (
    select
        c.person_id::varchar as person_id,
        left(c.condition_start_date::varchar, 10) as recorded_on,
        c.condition_concept_id::varchar as concept_id,
        upper(coalesce(source.concept_code, c.condition_source_value::varchar, '')) as code,
        lower(concat_ws(' ', standard.concept_name, source.concept_name, c.condition_source_value::varchar)) as words
    from condition_occurrence as c
    left join known as standard on standard.id = c.condition_concept_id::varchar
    left join known as source on source.id = c.condition_source_concept_id::varchar
),
disease as (
    select
        person_id,
        recorded_on,
        case
            when contains(words, 'poems') then 'POEMS'
            when regexp_matches(words, 'plasma cell leuk') or starts_with(code, 'C90.1') then 'PCL'
            when regexp_matches(words, 'smou?ldering') then 'SMM'
            when regexp_matches(words, 'gammopathy') or starts_with(code, 'D47.2') or code = '273.1' then 'MGUS'
            when regexp_matches(words, 'plasmacytoma') or regexp_matches(code, '^C90\.[23]') then 'plasmacytoma'
            when regexp_matches(words, 'light chain amyloid|al amyloid|primary amyloid') or starts_with(code, 'E85.81') then 'AL'
            when concept_id = '437233'
                or regexp_matches(words, 'multiple myeloma|plasma cell myeloma')
                or starts_with(code, 'C90.0')
                or starts_with(code, '203.0') then 'MM'
        end as diagnosis
    from recorded
),
diagnosed as (
    -- of several diseases the one that follows from the others: smouldering disease that became myeloma is myeloma
    select
        person_id,
        diagnosis,
        min(recorded_on) as diagnosis_date,
        row_number() over (
            partition by person_id
            order by list_position(['MM', 'PCL', 'AL', 'POEMS', 'plasmacytoma', 'SMM', 'MGUS'], diagnosis)
        ) as choice
    from disease
    where diagnosis is not null
    group by person_id, diagnosis
),
seen as (
    select person_id::varchar as person_id, observation_period_end_date::varchar as seen_on from observation_period
    union all select person_id::varchar, measurement_date::varchar from measurement
    union all select person_id::varchar, observation_date::varchar from observation
    union all select person_id::varchar, condition_start_date::varchar from condition_occurrence
    union all select person_id::varchar, drug_exposure_start_date::varchar from drug_exposure
    union all select person_id::varchar, procedure_date::varchar from procedure_occurrence
),
last_seen as (select person_id, max(left(seen_on, 10)) as seen_on from seen group by person_id),
died as (select person_id::varchar as person_id, min(left(death_date::varchar, 10)) as death_date from death group by all)
select
    p.person_id::varchar as patient_id,
    nullif(p.care_site_id::varchar, '0') as site_id,
    case p.gender_concept_id::varchar
        when '8507' then 'M'
        when '8532' then 'F'
        else p.gender_source_value::varchar
    end as sex,
    coalesce(
        left(p.birth_datetime::varchar, 10),
        concat_ws(
            '-',
            p.year_of_birth::varchar,
            lpad(p.month_of_birth::varchar, 2, '0'),
            case when p.month_of_birth is not null then lpad(p.day_of_birth::varchar, 2, '0') end
        )
    ) as birth_date,
    d.diagnosis,
    d.diagnosis_date,
    case when died.person_id is null then 'alive' else 'dead' end as vital_status,
    died.death_date,
    coalesce(died.death_date, last_seen.seen_on) as last_contact_date
from person as p
left join diagnosed as d on d.person_id = p.person_id::varchar and d.choice = 1
left join died on died.person_id = p.person_id::varchar
left join last_seen on last_seen.person_id = p.person_id::varchar
order by p.person_id::varchar
