-- Patients with myeloma, and whether a gain of 1q was looked for near diagnosis
-- Grain: one row per patient. A test that was done leaves a row, positive or negative: none means not looked for.
select
    myeloma.patient_id,
    null::bigint as line,
    null::date as dated,
    case when exists (select 1 from cytogenetics) then count(abnormality) > 0 end as passed
from myeloma left join cytogenetics
    on cytogenetics.patient_id = myeloma.patient_id
    and abnormality = 'gain1q'
    and abs(date_diff('day', myeloma.diagnosis_date, cytogenetics.collected_on)) <= $window_days
group by myeloma.patient_id
