-- Visits of a line at which M-protein, free light chains or immunofixation was tested, of patients with myeloma
-- Grain: one row per visit. Marrow or imaging alone is no assessment.
create or replace temp view assessed_visit as
select patient_id, line, visit_date
from visit_evidence semi join myeloma using (patient_id)
where coalesce(serum_m_g_dl, urine_m_mg_24h, kappa_mg_l, lambda_mg_l) is not null
    or coalesce(serum_immunofixation_positive, urine_immunofixation_positive) is not null
