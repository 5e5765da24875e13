-- Whether M-protein and free light chains alone show a progression that nothing has confirmed yet, from its clauses; of one that is
-- confirmed, table relapse tells (RR.biochemical)
create or replace temp macro by_m_protein(progression_reasons) as
len(list_filter(progression_reasons, lambda id: id not in ('PD.serum', 'PD.urine', 'PD.flc'))) = 0
