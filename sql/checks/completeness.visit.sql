-- Visits without progression and the tests that their response needs, and whether a test was not done
-- Grain: one row per visit and test that it needs. A figure of 0 that a negative immunofixation stands for (V.n1) is one.
with needs as (
    select
        visits.patient_id,
        visits.visit_date,
        unnest([
            'serum_m_protein', 'urine_m_protein', 'free_light_chains', 'serum_immunofixation', 'urine_immunofixation'
        ]) as "column",
        unnest([
            measurable_by in ('serum', 'serum+urine'),
            measurable_by in ('urine', 'serum+urine'),
            measurable_by = 'flc',
            serum_m_g_dl = 0 and urine_m_mg_24h = 0,
            serum_m_g_dl = 0 and urine_m_mg_24h = 0
        ]) as is_needed,
        unnest([
            serum_m_g_dl is null,
            urine_m_mg_24h is null,
            kappa_mg_l is null or lambda_mg_l is null,
            serum_immunofixation_positive is null,
            urine_immunofixation_positive is null
        ]) as violated
    from visits
    join visit_evidence using (patient_id, visit_date)
    join lines on lines.patient_id = visits.patient_id and lines.line = visits.line
    where visits.response <> 'PD'
)
select patient_id, 'visits' as "table", "column", visit_date as dated, violated
from needs
where is_needed
