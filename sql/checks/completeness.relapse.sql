-- Visits at which a line's progression is dated and the markers, and whether a marker was not measured
-- Grain: one row per such visit and marker.
select
    lines.patient_id,
    'visits' as "table",
    unnest(['serum_m_protein', 'urine_m_protein', 'free_light_chains']) as "column",
    progression_date as dated,
    unnest([
        serum_m_g_dl is null,
        urine_m_mg_24h is null,
        kappa_mg_l is null or lambda_mg_l is null
    ]) as violated
from lines
join visit_evidence
    on visit_evidence.patient_id = lines.patient_id
    and visit_evidence.line = lines.line
    and visit_evidence.visit_date = lines.progression_date
where progression_source = 'derived'
