-- Figures of visits that were reported as "<x" or ">x", to be shown as reported.
-- Grain: one row per visit and test whose figure that counts has a comparator. least: what the visit then has of it.
with of_patient as (
    select visit_date from visits where patient_id = $patient
),
counted as (
    select of_patient.visit_date, found.*
    from (select test as analyte, dated, value, comparator from figure where patient_id = $patient) as found
    asof inner join of_patient on found.dated >= of_patient.visit_date
    qualify row_number() over (
        partition by of_patient.visit_date, analyte
        order by dated desc, least_of(value, comparator) desc, most_of(value, comparator) desc, comparator nulls first
    ) = 1
)
select visit_date, analyte, value, comparator, least_of(value, comparator) as least
from counted
where comparator is not null
order by visit_date, analyte
