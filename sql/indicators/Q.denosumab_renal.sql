-- Patients whose first bone agent was begun with a low creatinine clearance, and whether it was denosumab
-- Grain: one row per patient. Unknown: whether the clearance was low, or which agent was the first.
select
    patient_id,
    null::bigint as line,
    begun_on as dated,
    case when is_first and clearance_ml_min_max < $clearance_below_ml_min then is_denosumab end as passed
from bone_agent semi join myeloma using (patient_id)
where not coalesce(clearance_ml_min >= $clearance_below_ml_min, false)
