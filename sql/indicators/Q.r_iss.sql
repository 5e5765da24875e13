-- Patients with myeloma, and whether their R-ISS can be derived
-- Grain: one row per patient. passed is never null: a stage that can't be derived is what the question is about.
select
    patient_id,
    null::bigint as line,
    null::date as dated,
    coalesce(r_iss_source = 'derived', false) as passed
from myeloma left join staging using (patient_id)
