-- The first line after refractoriness to lenalidomide and bortezomib, and whether it began with one of the treatments asked for
-- Grain: one row per patient. passed_by: the best of them. Pomalidomide alone is no combination.
with regimen as (
    select *, case
        when list_contains(drugs, 'pomalidomide') and (len(drugs) > 1 or has_car_t) then 'pomalidomide'
        when list_contains(drugs, 'carfilzomib') then 'carfilzomib'
        when list_contains(classes, 'anti_cd38') then 'anti_cd38'
        when list_has_any(classes, $chemotherapy) then 'chemotherapy'
        when has_car_t then 'car_t'
        when list_contains(classes, 'antibody_drug_conjugate') then 'antibody_drug_conjugate'
        when list_contains(classes, 'bispecific') then 'bispecific'
    end as found
    from line_after_refractoriness join line_regimen($regimen_days) using (patient_id, line, start_date)
    where refractory_to = 'both'
)
select
    patient_id,
    line,
    start_date as dated,
    case when is_certain then found end as passed_by,
    case
        when not is_certain then null
        when found is not null then true
        when not has_unnamed then false
    end as passed
from regimen semi join myeloma using (patient_id)
