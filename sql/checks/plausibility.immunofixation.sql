-- Negative immunofixations with an M-protein figure of the same fluid on the same day, and whether it is measurable
-- Grain: one row per negative immunofixation. Null: "<x" or "<=x" that could be measurable or not, and no figure that is.
with figures as (
    select
        patient_id,
        collected_on,
        replace(analyte, '_m_protein', '_immunofixation') as analyte,
        case analyte when 'serum_m_protein' then $serum_at_least_g_dl else $urine_at_least_mg_24h end as measurable,
        case
            when comparator = '<' and value > measurable then null
            when comparator = '<=' and value >= measurable then null
            when comparator in ('<', '<=') then false
            when comparator in ('>', '>=') and value < measurable then null
            else value >= measurable
        end as is_measurable
    from labs
    where analyte in ('serum_m_protein', 'urine_m_protein') and value is not null
),
of_day as (
    select
        patient_id,
        collected_on,
        analyte,
        case when bool_or(is_measurable) then true when bool_and(is_measurable is not null) then false end as violated
    from figures
    group by patient_id, collected_on, analyte
)
select
    patient_id,
    'labs' as "table",
    analyte as "column",
    labs.source_file,
    labs.row_number,
    collected_on as dated,
    violated
from labs join of_day using (patient_id, collected_on, analyte)
where result = 'negative'
