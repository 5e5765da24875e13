-- Sites' months of an analyte that follow such a month, and whether the median jumped
-- Grain: one row per site, analyte and month with enough results, of which the month before has enough too. Null: a median is 0.
with medians as (
    select
        coalesce(site_id, 'unknown') as site_id,
        analyte,
        date_trunc('month', collected_on)::date as month,
        median(value) as median,
        analyte in ('albumin', 'calcium', 'creatinine', 'hemoglobin', 'ldh') as is_narrow,
        case when is_narrow then $narrow_factor else $wide_factor end as factor
    from labs join patients using (patient_id)
    where value is not null and analyte in (
        'albumin', 'calcium', 'creatinine', 'hemoglobin', 'ldh', 'beta2_microglobulin', 'flc_kappa', 'flc_lambda', 'crp'
    )
    group by all
    having count(*) >= case when is_narrow then $narrow_least_results else $wide_least_results end
)
select
    medians.site_id,
    'labs' as "table",
    medians.analyte as "column",
    medians.month as dated,
    case
        when medians.median > 0 and earlier.median > 0
            then medians.median >= medians.factor * earlier.median or earlier.median >= medians.factor * medians.median
    end as violated
from medians
join medians as earlier
    on earlier.site_id = medians.site_id
    and earlier.analyte = medians.analyte
    and earlier.month = medians.month - interval 1 month
