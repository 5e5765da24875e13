-- Figures of visits that were reported as "<x" or ">x", to be shown as reported.
-- Grain: one row per visit and test whose figure that counts has a comparator. least: what the visit then has of it.
with of_patient as (
    select visit_date from visits where patient_id = $patient
),
figures as (
    select analyte, collected_on, value, comparator
    from labs
    where
        patient_id = $patient and value is not null
        and analyte in ('serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'iga')
    union all
    select 'marrow', collected_on, plasma_cell_percent, plasma_cell_percent_comparator
    from marrow
    where patient_id = $patient and plasma_cell_percent is not null
    union all
    select 'plasmacytoma', performed_on, plasmacytoma_spd_mm2, plasmacytoma_spd_mm2_comparator
    from imaging
    where patient_id = $patient and plasmacytoma_spd_mm2 is not null
),
counted as (
    select of_patient.visit_date, figures.*
    from figures
    asof inner join of_patient on figures.collected_on >= of_patient.visit_date
    qualify row_number() over (
        partition by of_patient.visit_date, analyte
        order by collected_on desc, least_of(value, comparator) desc, most_of(value, comparator) desc, comparator nulls first
    ) = 1
)
select visit_date, analyte, value, comparator, least_of(value, comparator) as least
from counted
where comparator is not null
order by visit_date, analyte
