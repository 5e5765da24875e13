-- The first line after refractoriness to an anti-CD38, and whether it began with one of the treatments asked for
-- Grain: one row per patient. passed_by: the first of them.
with regimen as (
    select *, case
        when is_combined(drugs, has_car_t, 'pomalidomide') then 'pomalidomide'
        when is_combined(drugs, has_car_t, 'carfilzomib') then 'carfilzomib'
        when list_has_all(drugs, ['panobinostat', 'bortezomib']) then 'panobinostat'
        when has_car_t then 'car_t'
        when list_has_any(classes, $antibody_drug_conjugate) then 'antibody_drug_conjugate'
        when list_has_any(classes, $bispecific) then 'bispecific'
        when list_has_any(classes, $chemotherapy) then 'chemotherapy'
    end as found
    from line_after_refractoriness join line_regimen($regimen_days) using (patient_id, line, start_date)
    where refractory_to = 'anti_cd38'
)
select patient_id, line, start_date as dated, way_found(is_certain, found) as passed_by, way_passed(is_certain, found, has_unnamed) as passed
from regimen semi join myeloma using (patient_id)
