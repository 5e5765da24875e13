-- The first line after refractoriness to lenalidomide, and whether it began with three drugs, a proteasome inhibitor or pomalidomide
-- among them
-- Grain: one row per patient.
select
    patient_id,
    line,
    start_date as dated,
    case
        when not is_certain then null
        when len(drugs) >= $drugs
            and (list_contains(classes, 'proteasome_inhibitor') or list_contains(drugs, 'pomalidomide')) then true
        when not has_unnamed then false
    end as passed
from line_after_refractoriness
join line_regimen($regimen_days) using (patient_id, line, start_date)
semi join myeloma using (patient_id)
where refractory_to = 'lenalidomide'
