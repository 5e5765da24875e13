-- The first line after refractoriness to lenalidomide and bortezomib, and whether it began with pomalidomide, carfilzomib or an anti-CD38
-- Grain: one row per patient.
select
    patient_id,
    line,
    start_date as dated,
    case
        when not is_certain then null
        when list_has_any(drugs, ['pomalidomide', 'carfilzomib']) or list_contains(classes, 'anti_cd38') then true
        when not has_unnamed then false
    end as passed
from line_after_refractoriness
join line_regimen($regimen_days) using (patient_id, line, start_date)
semi join myeloma using (patient_id)
where refractory_to = 'both'
