-- Albumin results, and whether they are so high that they look like g/L
-- Grain: one row per result.
select
    patient_id,
    'labs' as "table",
    'albumin' as "column",
    source_file,
    row_number,
    collected_on as dated,
    value > $above_g_dl as violated
from labs
where analyte = 'albumin' and value is not null
