-- Patients whose day of birth, sex and diagnosis date are known, and whether another patient_id shares all three
-- Grain: one row per patient. A birth on 1 January is a year only, which says nothing about the day.
with known as (
    select *, month(birth_date) = 1 and day(birth_date) = 1 as is_year_only
    from patients
    where birth_date is not null and sex is not null
)
select
    patient_id,
    'patients' as "table",
    source_file,
    row_number,
    birth_date as dated,
    case when not is_year_only then count(*) over (partition by birth_date, sex, diagnosis_date) > 1 end as violated
from known
