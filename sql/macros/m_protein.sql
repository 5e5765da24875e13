-- The analytes of an assessment of response by M-protein, free light chains or immunofixation
create or replace temp macro m_protein_tests() as [
    'serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'serum_immunofixation', 'urine_immunofixation', 'iga'
];
-- Whether M-protein and free light chains alone show a progression that nothing has confirmed yet, from its clauses; of one that is
-- confirmed, table relapse tells (RR.biochemical)
create or replace temp macro by_m_protein(progression_reasons) as
len(list_filter(progression_reasons, lambda id: id not in ('PD.serum', 'PD.urine', 'PD.flc'))) = 0
