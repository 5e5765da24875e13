-- Baseline figures as reported: of each test the last within the window up to the line's start, of one day the highest.
-- Grain: one row per line and test. An immunofixation is there where it is negative (V.n1).
with tests as (
    select test, dated, value, comparator
    from figure
    where patient_id = $patient
    union all
    select analyte, collected_on, value, comparator
    from labs
    where
        patient_id = $patient and result = 'negative'
        and analyte in ('serum_immunofixation', 'urine_immunofixation')
)
select lines.line, tests.*
from lines, tests
where
    lines.patient_id = $patient
    and date_diff('day', tests.dated, lines.start_date) between 0 and $window_days
qualify row_number() over (
    partition by lines.line, test
    order by
        dated desc, least_of(value, comparator) desc nulls last, most_of(value, comparator) desc nulls last,
        comparator nulls first
) = 1
order by lines.line, test
