-- Marrow examinations with a plasma cell count, by date: of several on one day the one that counts is the last.
select
    collected_on, plasma_cell_percent, plasma_cell_percent_comparator,
    least_of(plasma_cell_percent, plasma_cell_percent_comparator) as least
from marrow
where patient_id = $patient and plasma_cell_percent is not null
order by collected_on, least, most_of(plasma_cell_percent, plasma_cell_percent_comparator), clonal_plasma_cells desc
