-- Patients with smouldering myeloma, and whether they had no myeloma drug before progression
-- Grain: one row per patient. Progression: recorded by the clinic up to the first treatment, or an event that defines myeloma in the days
-- up to it. Unknown: none is there, and calcium, creatinine, haemoglobin or lytic lesions were not looked at in those days.
with first_treatment as (
    select patients.patient_id, min(start_date) as begun_on
    from patients left join treatments using (patient_id)
    where diagnosis = 'SMM'
    group by patients.patient_id
),
tested as (
    select
        patient_id,
        max(value) filter (analyte = 'calcium') as calcium,
        -- rounded, so that the decimals reported decide
        max(round(value - ref_high, 6)) filter (analyte = 'calcium') as calcium_above,
        max(value) filter (analyte = 'creatinine') as creatinine,
        min(value) filter (analyte = 'creatinine_clearance') as clearance,
        min(value) filter (analyte = 'hemoglobin') as hemoglobin,
        max(round(ref_low - value, 6)) filter (analyte = 'hemoglobin') as hemoglobin_below
    from labs join first_treatment using (patient_id)
    where collected_on between begun_on - $laboratory_days::integer and begun_on
    group by patient_id
),
light_chains as (
    select patient_id, bool_or(most >= $flc_ratio * least_ and most >= $flc_involved_mg_l) as is_marked
    from (
        select
            patient_id,
            greatest(max(value) filter (analyte = 'flc_kappa'), max(value) filter (analyte = 'flc_lambda')) as most,
            least(max(value) filter (analyte = 'flc_kappa'), max(value) filter (analyte = 'flc_lambda')) as least_
        from labs join first_treatment using (patient_id)
        where analyte in ('flc_kappa', 'flc_lambda')
            and collected_on between begun_on - $laboratory_days::integer and begun_on
        group by patient_id, collected_on
        having count(distinct analyte) = 2
    )
    group by patient_id
),
seen as (
    select
        patient_id,
        bool_or(lytic_lesions is not null) as was_counted,
        bool_or(lytic_lesions >= 1 or new_bone_lesion or focal_lesions >= $focal_lesions) as has_lesion
    from imaging join first_treatment using (patient_id)
    where performed_on between begun_on - $imaging_days::integer and begun_on
    group by patient_id
),
aspirated as (
    select patient_id, max(plasma_cell_percent) as plasma_cell_percent
    from marrow join first_treatment using (patient_id)
    where collected_on between begun_on - $marrow_days::integer and begun_on
    group by patient_id
),
recorded as (
    select distinct patient_id
    from assessments join first_treatment using (patient_id)
    where response = 'PD' and assessed_on <= begun_on
)
select
    first_treatment.patient_id,
    null::bigint as line,
    begun_on as dated,
    case
        when begun_on is null or recorded.patient_id is not null then true
        when calcium > $calcium_above_mg_dl or calcium_above > $calcium_over_limit_mg_dl
            or creatinine > $creatinine_above_mg_dl or clearance < $clearance_below_ml_min
            or hemoglobin < $hemoglobin_below_g_dl or hemoglobin_below > $hemoglobin_under_limit_g_dl
            or has_lesion or is_marked or plasma_cell_percent >= $plasma_cells_percent then true
        when calcium is not null and creatinine is not null and hemoglobin is not null and was_counted then false
    end as passed
from first_treatment
left join tested using (patient_id)
left join light_chains using (patient_id)
left join seen using (patient_id)
left join aspirated using (patient_id)
left join recorded using (patient_id)
