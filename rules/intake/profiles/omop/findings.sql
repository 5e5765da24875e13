-- One row a performance status (LOINC 89247-1), weight (29463-7) or systolic pressure (8480-6), of MEASUREMENT or OBSERVATION.
-- A weight in pounds (8739) is put into kilograms.
with found as (
    select
        person_id, measurement_date as found_on, measurement_concept_id as concept_id, measurement_source_value as source_value,
        value_as_number, unit_concept_id, unit_source_value
    from measurement
    union all
    select
        person_id, observation_date, observation_concept_id, observation_source_value, value_as_number, unit_concept_id,
        unit_source_value
    from observation
),
coded as (
    select
        f.*,
        case when c.vocabulary_id = 'LOINC' then c.concept_code else coalesce(f.source_value::varchar, '') end as code,
        f.concept_id::varchar as id
    from found as f
    left join concept as c on c.concept_id::varchar = nullif(f.concept_id::varchar, '0')
),
named as (
    select
        *,
        case
            when code = '89247-1' then 'ecog'
            when code = '29463-7' or id = '3025315' then 'weight_kg'
            when code = '8480-6' or id = '3004249' then 'systolic_bp'
        end as finding
    from coded
)
select
    person_id::varchar as patient_id,
    left(found_on::varchar, 10) as observed_on,
    finding,
    case
        when finding = 'weight_kg' and (unit_concept_id::varchar = '8739' or lower(unit_source_value::varchar) in ('lb', 'lbs', '[lb_av]'))
            then round(try_cast(value_as_number as double) * 0.45359237, 1)::varchar
        else value_as_number::varchar
    end as value
from named
where finding is not null
