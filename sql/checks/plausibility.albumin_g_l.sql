-- Albumin results, and whether they are so high that they look like g/L
-- Grain: one row per result. Null: only known to be below such a figure ("<40").
select
    patient_id,
    'labs' as "table",
    'albumin' as "column",
    source_file,
    row_number,
    collected_on as dated,
    case when value <= $above_g_dl or coalesce(comparator, '>') in ('>', '>=') then value > $above_g_dl end as violated
from labs
where analyte = 'albumin' and value is not null
