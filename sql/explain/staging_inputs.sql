-- What the stage rests on: of each test the result nearest the diagnosis, in the order of transforms.nearest.
-- Grain: one row per test. result null: a figure; of a finding the value is its % of cells.
with first_line as (
    select min(start_date) as start_date from lines where patient_id = $patient
),
tests as (
    select analyte as test, collected_on as dated, value, comparator, unit, ref_high, null as result
    from labs
    where patient_id = $patient and value is not null
    union all
    select abnormality, collected_on, percent, percent_comparator, null, null, result
    from cytogenetics
    where patient_id = $patient
)
select tests.*
from tests, patients, first_line
where
    patients.patient_id = $patient
    and list_contains($tests, test)
    and abs(date_diff('day', diagnosis_date, dated)) <= $window_days
    and (first_line.start_date is null or dated <= first_line.start_date)
qualify row_number() over (
    partition by test
    order by
        abs(date_diff('day', diagnosis_date, dated)), dated, result = 'positive' desc,
        least_of(value, comparator) desc nulls last, most_of(value, comparator) desc nulls last,
        ref_high nulls last, comparator nulls first
) = 1
order by test
