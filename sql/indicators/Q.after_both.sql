-- The first line after refractoriness to lenalidomide and bortezomib, and whether it began with one of the treatments asked for
-- Grain: one row per patient. passed_by: the first of them.
with regimen as (
    select *, case
        when is_combined(drugs, has_car_t, 'pomalidomide') then 'pomalidomide'
        when list_contains(drugs, 'carfilzomib') then 'carfilzomib'
        when list_contains(classes, 'anti_cd38') then 'anti_cd38'
        when list_has_any(classes, $chemotherapy) then 'chemotherapy'
        when has_car_t then 'car_t'
        when list_has_any(classes, $antibody_drug_conjugate) then 'antibody_drug_conjugate'
        when list_has_any(classes, $bispecific) then 'bispecific'
    end as found
    from line_after_refractoriness join line_regimen($regimen_days) using (patient_id, line, start_date)
    where refractory_to = 'both'
)
select patient_id, line, start_date as dated, way_found(is_certain, found) as passed_by, way_passed(is_certain, found, has_unnamed) as passed
from regimen semi join myeloma using (patient_id)
