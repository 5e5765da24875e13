-- Figures that a visit can be judged by, as reported, from every table that has any.
-- Grain: one row per result with a figure. comparator null: an exact figure.
create or replace temp view figure as
select patient_id, analyte as test, collected_on as dated, value, comparator
from labs
where
    value is not null
    and analyte in ('serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'iga')
union all
select patient_id, 'marrow', collected_on, plasma_cell_percent, plasma_cell_percent_comparator
from marrow
where plasma_cell_percent is not null
union all
select patient_id, 'plasmacytoma', performed_on, plasmacytoma_spd_mm2, plasmacytoma_spd_mm2_comparator
from imaging
where plasmacytoma_spd_mm2 is not null
