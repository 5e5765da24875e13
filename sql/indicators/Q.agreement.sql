-- Visits that the clinic judged too, and whether the category derived is the one recorded
-- Grain: one row per visit. NE is no judgement.
select patient_id, line, visit_date as dated, agrees as passed
from judged_visit($within_days) semi join myeloma using (patient_id)
where recorded <> 'NE'
