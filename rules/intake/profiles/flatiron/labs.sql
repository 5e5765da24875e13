-- One row a result: as it was cleaned, with the units and limits that were cleaned with it, else as it came. One with a
-- comparator (<0.5) is as it came: the figure that it was cleaned to does not have it.
with result as (
    select *, TestResultCleaned is not null and not coalesce(regexp_matches(TestResult::varchar, '^\s*[<>]'), false) as is_cleaned
    from Lab
)
select
    PatientID::varchar as patient_id,
    left(TestDate::varchar, 10) as collected_on,
    coalesce(LOINC::varchar, LabComponent::varchar, Test::varchar) as analyte,
    case when is_cleaned then TestResultCleaned::varchar else TestResult::varchar end as value,
    case when is_cleaned then coalesce(TestUnitsCleaned::varchar, TestUnits::varchar) else TestUnits::varchar end as unit,
    case when is_cleaned then coalesce(MinNormCleaned::varchar, MinNorm::varchar) else MinNorm::varchar end as ref_low,
    case when is_cleaned then coalesce(MaxNormCleaned::varchar, MaxNorm::varchar) else MaxNorm::varchar end as ref_high
from result
where coalesce(TestResultCleaned::varchar, TestResult::varchar) is not null
