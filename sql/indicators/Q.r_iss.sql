-- Patients with myeloma, and whether their R-ISS can be derived
-- Grain: one row per patient. A stage that can't be derived is what the question is about; unknown where a result that could not be
-- read may have decided it.
select
    patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when r_iss_source = 'derived' then true
        when may_be_unread(patient_id, 'labs', ['beta2_microglobulin', 'albumin', 'ldh'], first_day, last_day)
            or may_be_unread(patient_id, 'cytogenetics', ['del17p', 't(4;14)', 't(14;16)'], first_day, last_day) then null
        else false
    end as passed
from (
    select *, diagnosis_date - $window_days::integer as first_day, diagnosis_date + $window_days::integer as last_day
    from myeloma
) as asked left join staging using (patient_id)
