-- Laboratory results, and whether their patient, day and analyte have another result too
-- Grain: one row per result. Exact repeats are refused before, so two rows that differ in the result are two answers.
with more_than_one as (
    -- hashes first: only rows that share one are compared
    select hash(patient_id, collected_on, analyte) as of_test from labs group by of_test having count(*) > 1
),
several as (
    select patient_id, collected_on, analyte
    from labs
    where hash(patient_id, collected_on, analyte) in (select of_test from more_than_one)
    group by patient_id, collected_on, analyte
    having count(*) > 1 and min(hash(value, comparator, unit, result)) <> max(hash(value, comparator, unit, result))
)
select
    labs.patient_id,
    'labs' as "table",
    labs.analyte as "column",
    source_file,
    row_number,
    labs.collected_on as dated,
    several.patient_id is not null as violated
from labs left join several
    on several.patient_id = labs.patient_id
    and several.collected_on = labs.collected_on
    and several.analyte = labs.analyte
