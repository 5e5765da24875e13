-- Baseline figures as reported: of each test the last within the window up to the line's start, of one day the highest.
-- Grain: one row per line and test. An immunofixation is there where it is negative (V.n1).
with tests as (
    select analyte as test, collected_on as dated, value, comparator
    from labs
    where
        patient_id = $patient
        and (
            analyte in ('serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'iga') and value is not null
            or analyte in ('serum_immunofixation', 'urine_immunofixation') and result = 'negative'
        )
    union all
    select 'marrow', collected_on, plasma_cell_percent, plasma_cell_percent_comparator
    from marrow
    where patient_id = $patient and plasma_cell_percent is not null
    union all
    select 'plasmacytoma', performed_on, plasmacytoma_spd_mm2, plasmacytoma_spd_mm2_comparator
    from imaging
    where patient_id = $patient and plasmacytoma_spd_mm2 is not null
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
