-- Days with a test of minimal residual disease in marrow, and whether it could find one cell in 100,000
-- Grain: one row per patient and day; of several tests the most sensitive counts.
select
    patient_id,
    null::bigint as line,
    collected_on as dated,
    case
        -- 0.00001 is compared as reported, whatever it is in binary
        when min(sensitivity) <= $sensitivity * 1.000001 then true
        when count(sensitivity) = count(*) then false
    end as passed
from mrd semi join myeloma using (patient_id)
group by patient_id, collected_on
