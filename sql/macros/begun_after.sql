-- The first line after refractoriness to a drug, and whether it began with so many drugs, one of a class or a certain one among them
-- Grain: one row per patient.
create or replace temp macro begun_after(failed, of_class, or_drug, least_drugs, within_days) as table
select
    patient_id,
    line,
    start_date as dated,
    case
        when not is_certain then null
        when len(drugs) >= least_drugs and (list_contains(classes, of_class) or list_contains(drugs, or_drug)) then true
        when not has_unnamed then false
    end as passed
from line_after_refractoriness
join line_regimen(within_days) using (patient_id, line, start_date)
semi join myeloma using (patient_id)
where refractory_to = failed
