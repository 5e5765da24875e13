-- Laboratory results of analytes that have a range, and whether they lie outside it
-- Grain: one row per result. "column": the analyte. Of "<x" and ">x" only what no value allowed by it could lie inside is outside.
with ranges as (
    select *
    from (
        values
        ('serum_m_protein', null, $serum_m_protein_high_g_dl),
        ('urine_m_protein', null, $urine_m_protein_high_mg_24h),
        ('flc_kappa', null, $flc_high_mg_l),
        ('flc_lambda', null, $flc_high_mg_l),
        ('igg', null, $immunoglobulin_high_g_dl),
        ('iga', null, $immunoglobulin_high_g_dl),
        ('igm', null, $immunoglobulin_high_g_dl),
        ('igd', null, $immunoglobulin_high_g_dl),
        ('ige', null, $immunoglobulin_high_g_dl),
        ('beta2_microglobulin', $beta2_microglobulin_low_mg_l, $beta2_microglobulin_high_mg_l),
        ('albumin', $albumin_low_g_dl, $albumin_high_g_dl),
        ('ldh', $ldh_low_u_l, $ldh_high_u_l),
        ('calcium', $calcium_low_mg_dl, $calcium_high_mg_dl),
        ('creatinine', $creatinine_low_mg_dl, $creatinine_high_mg_dl),
        ('hemoglobin', $hemoglobin_low_g_dl, $hemoglobin_high_g_dl),
        ('crp', null, $crp_high_mg_l),
        ('circulating_plasma_cells', null, $circulating_plasma_cells_high_per_ul)
    ) as known (analyte, low, high)
)
select
    patient_id,
    'labs' as "table",
    analyte as "column",
    source_file,
    row_number,
    collected_on as dated,
    case
        when comparator in ('<', '<=') then coalesce(value < low, false)
        when comparator in ('>', '>=') then value > high
        else coalesce(value < low, false) or value > high
    end as violated
from labs join ranges using (analyte)
where value is not null
