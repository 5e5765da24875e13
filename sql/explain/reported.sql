-- Figures of visits that the laboratory reported as "<x" or ">x", to be shown as reported.
-- Grain: one row per visit and analyte whose figure that counts has a comparator.
with of_patient as (
    select visit_date from visits where patient_id = $patient
),
figures as (
    select analyte, collected_on, value, comparator
    from labs
    where
        patient_id = $patient and value is not null
        and analyte in ('serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'iga')
),
counted as (
    select of_patient.visit_date, figures.*
    from figures
    asof inner join of_patient on figures.collected_on >= of_patient.visit_date
    qualify row_number() over (
        partition by of_patient.visit_date, analyte
        order by collected_on desc, value desc, comparator nulls first
    ) = 1
)
select visit_date, analyte, value, comparator
from counted
where comparator is not null
order by visit_date, analyte
