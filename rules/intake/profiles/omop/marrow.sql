-- One row a share of plasma cells in marrow by morphology: LOINC 11118-7. The share of abnormal plasma cells by flow cytometry
-- (93021-4) is another quantity.
with known as materialized (
    select concept_id::varchar as id from concept where vocabulary_id = 'LOINC' and concept_code = '11118-7'
)
select
    m.person_id::varchar as patient_id,
    left(m.measurement_date::varchar, 10) as collected_on,
    coalesce(m.value_as_number::varchar, m.value_source_value::varchar) as plasma_cell_percent,
    case m.operator_concept_id::varchar
        when '4171756' then '<'
        when '4171754' then '<='
        when '4172704' then '>'
        when '4171755' then '>='
    end as plasma_cell_percent_comparator
from measurement as m
where
    m.measurement_source_value::varchar = '11118-7'
    or coalesce(m.measurement_concept_id::varchar in (from known), false)
    or coalesce(m.measurement_source_concept_id::varchar in (from known), false)
