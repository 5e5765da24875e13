-- The first line after refractoriness to bortezomib, and whether it began with three drugs, an immunomodulatory drug or carfilzomib
-- among them
-- Grain: one row per patient.
select
    patient_id,
    line,
    start_date as dated,
    case
        when not is_certain then null
        when len(drugs) >= $drugs
            and (list_contains(classes, 'immunomodulatory_drug') or list_contains(drugs, 'carfilzomib')) then true
        when not has_unnamed then false
    end as passed
from line_after_refractoriness
join line_regimen($regimen_days) using (patient_id, line, start_date)
semi join myeloma using (patient_id)
where refractory_to = 'bortezomib'
