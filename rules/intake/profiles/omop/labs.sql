-- One row a result of MEASUREMENT. The test is the LOINC code that CONCEPT has for the standard or the source concept, else one
-- that stands in the source value, else the concept id; the unit is UCUM's of CONCEPT, else the concept id, else the source
-- value. What marrow.sql and findings.sql read is not here.
with known as materialized (  -- the table of concepts is large, and read once
    select concept_id::varchar as id, vocabulary_id, concept_code from concept where vocabulary_id in ('LOINC', 'UCUM')
),
found as (
    select
        m.*,
        case
            when standard.vocabulary_id = 'LOINC' then standard.concept_code
            when source.vocabulary_id = 'LOINC' then source.concept_code
            when regexp_full_match(m.measurement_source_value::varchar, '[0-9]{1,7}-[0-9]')
                then m.measurement_source_value::varchar
            else coalesce(nullif(m.measurement_concept_id::varchar, '0'), m.measurement_source_value::varchar)
        end as analyte,
        case
            when unit.vocabulary_id = 'UCUM' then unit.concept_code
            else coalesce(nullif(m.unit_concept_id::varchar, '0'), m.unit_source_value::varchar)
        end as unit,
        nullif(m.value_as_concept_id::varchar, '0') as answer
    from measurement as m
    left join known as standard on standard.id = m.measurement_concept_id::varchar
    left join known as source on source.id = m.measurement_source_concept_id::varchar
    left join known as unit on unit.id = m.unit_concept_id::varchar
)
select
    person_id::varchar as patient_id,
    left(measurement_date::varchar, 10) as collected_on,
    analyte,
    case
        when value_as_number is not null then value_as_number::varchar
        when answer is null then value_source_value::varchar
    end as value,
    operator_concept_id::varchar as comparator,
    unit,
    answer as result,
    range_low::varchar as ref_low,
    range_high::varchar as ref_high
from found
where coalesce(analyte, '') not in ('11118-7', '89247-1', '29463-7', '3025315', '8480-6', '3004249')
