-- Patients with free light chains, and whether both are so low that they look like mg/dL
-- Grain: one row per patient with enough results of each chain. dated: the first of them.
select
    patient_id,
    'labs' as "table",
    min(collected_on) as dated,
    median(value) filter (analyte = 'flc_kappa') * $tenth_of <= $kappa_high_mg_l
        and median(value) filter (analyte = 'flc_lambda') * $tenth_of <= $lambda_high_mg_l as violated
from labs
where analyte in ('flc_kappa', 'flc_lambda') and value is not null
group by patient_id
having count(*) filter (analyte = 'flc_kappa') >= $least_results
    and count(*) filter (analyte = 'flc_lambda') >= $least_results
