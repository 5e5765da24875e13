-- Patients with myeloma, and whether a gain of 1q was looked for near diagnosis
-- Grain: one row per patient. A test that was done leaves a row, positive or negative: none means not looked for, but unknown where one
-- could not be read.
select
    myeloma.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when count(abnormality) > 0 then true
        when may_be_unread(
            myeloma.patient_id,
            'cytogenetics',
            ['gain1q'],
            diagnosis_date - $window_days::integer,
            diagnosis_date + $window_days::integer
        ) then null
        when exists (select 1 from cytogenetics) then false
    end as passed
from myeloma left join cytogenetics
    on cytogenetics.patient_id = myeloma.patient_id
    and abnormality = 'gain1q'
    and abs(date_diff('day', myeloma.diagnosis_date, cytogenetics.collected_on)) <= $window_days
group by myeloma.patient_id, diagnosis_date
