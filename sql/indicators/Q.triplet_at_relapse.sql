-- Second lines, and whether they began with three drugs, a proteasome inhibitor or an immunomodulatory drug among them
-- Grain: one row per patient.
select
    patient_id,
    line,
    start_date as dated,
    case
        when len(drugs) >= $drugs and list_has_any(classes, ['proteasome_inhibitor', 'immunomodulatory_drug']) then true
        when not has_unnamed then false
    end as passed
from line_regimen($regimen_days) semi join myeloma using (patient_id)
where line = 2
