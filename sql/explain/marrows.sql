-- Marrow examinations with a plasma cell count, by date.
select collected_on, plasma_cell_percent, clonal_plasma_cells
from marrow
where patient_id = $patient and plasma_cell_percent is not null
order by collected_on, plasma_cell_percent desc, clonal_plasma_cells
