-- The analytes of an assessment of response by M-protein, free light chains or immunofixation
create or replace temp macro m_protein_tests() as [
    'serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'serum_immunofixation', 'urine_immunofixation', 'iga'
]
