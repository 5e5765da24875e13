-- Tests of M-protein that response is later compared with
-- Grain: one row per result. name: the analyte; the quantitative IgA is the serum M-protein of those whose M-protein lies in the beta region.
create or replace temp view m_protein_test as
select
    labs.patient_id,
    labs.collected_on,
    case
        when analyte = 'iga' and patients.m_protein_in_beta then 'serum_m_protein'
        else analyte
    end as name
from labs join patients using (patient_id)
where (
    analyte in ('serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'iga') and value is not null
)
or (analyte = 'serum_immunofixation' and result is not null)
