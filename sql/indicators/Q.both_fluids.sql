-- Visits with the serum M-protein far down from its baseline, and whether urine was tested there
-- Grain: one row per visit. Figures are compared as reported: 0.3 of 3.0 is down by 90 %. Unknown: reported as ">x", from an x that is
-- far enough down.
with fallen as (
    select
        *,
        (1 - $relative_fall) * serum_m_baseline_g_dl as limit_g_dl
    from visit_evidence semi join myeloma using (patient_id)
    where serum_m_baseline_g_dl > 0
)
select
    patient_id,
    line,
    visit_date as dated,
    case
        when round(serum_m_g_dl_max - limit_g_dl, 6) > 0 then null
        when urine_m_mg_24h is not null or urine_immunofixation_positive is not null then true
        when not may_be_unread(
            patient_id,
            'labs',
            ['urine_m_protein', 'urine_immunofixation'],
            visit_date,
            visit_date + $visit_days::integer
        ) then false
    end as passed
from fallen
where round(least(serum_m_g_dl, serum_m_g_dl_max) - limit_g_dl, 6) <= 0
