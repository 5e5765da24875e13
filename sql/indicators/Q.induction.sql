-- Patients transplanted in line 1, and whether they had bortezomib or lenalidomide before it
-- Grain: one row per patient. Unknown: a treatment before the transplant names no drug, or none is recorded before it.
with grafted as (
    select patient_id, min(transplanted_on) as transplanted_on
    from transplant semi join myeloma using (patient_id)
    where line = 1 and is_certain
    group by patient_id
)
select
    grafted.patient_id,
    1::bigint as line,
    transplanted_on as dated,
    case
        when bool_or(drug in ('bortezomib', 'lenalidomide')) then true
        when bool_and(drug is not null) then false
    end as passed
from grafted left join given_drug
    on given_drug.patient_id = grafted.patient_id and line = 1 and coalesce(start_date < transplanted_on, true)
group by grafted.patient_id, transplanted_on
