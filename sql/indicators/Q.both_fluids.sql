-- Visits with the serum M-protein far down from its baseline, and whether urine was tested there
-- Grain: one row per visit. Figures are compared as reported: 0.3 of 3.0 is down by 90 %.
select
    patient_id,
    line,
    visit_date as dated,
    urine_m_mg_24h is not null or urine_immunofixation_positive is not null as passed
from visit_evidence semi join myeloma using (patient_id)
where serum_m_baseline_g_dl > 0
    and round(serum_m_g_dl_max - (1 - $relative_fall) * serum_m_baseline_g_dl, 6) <= 0
