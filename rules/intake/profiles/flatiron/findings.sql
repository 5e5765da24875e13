-- One row a performance status, a weight in kilograms or a systolic pressure.
select PatientID::varchar as patient_id, left(EcogDate::varchar, 10) as observed_on, 'ecog' as finding, EcogValue::varchar as value
from ECOG
where EcogValue is not null
union all
select
    PatientID::varchar,
    left(TestDate::varchar, 10),
    case when contains(lower(Test), 'weight') then 'weight_kg' else 'systolic_bp' end,
    TestResultCleaned::varchar
from Vitals
where
    TestResultCleaned is not null
    and (
        (lower(Test) = 'body weight' and lower(TestUnitsCleaned) = 'kg')
        or (lower(Test) = 'systolic blood pressure' and lower(TestUnitsCleaned) in ('mmhg', 'mm hg', 'mm[hg]'))
    )
