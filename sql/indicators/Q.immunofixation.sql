-- Visits with no M-protein on electrophoresis in serum nor in urine, and whether both immunofixations were done there
-- Grain: one row per visit.
select
    patient_id,
    line,
    visit_date as dated,
    case
        when serum_immunofixation_positive is not null and urine_immunofixation_positive is not null then true
        when not may_be_unread(
            patient_id,
            'labs',
            ['serum_immunofixation', 'urine_immunofixation'],
            visit_date,
            visit_date + $visit_days::integer
        ) then false
    end as passed
from visit_evidence semi join myeloma using (patient_id)
where serum_m_g_dl_max = 0 and urine_m_mg_24h_max = 0
