-- Autologous transplants, and treatments that may have been one: no phase recorded, and no drug but melphalan
-- Grain: one row per patient, line and day. is_certain: its phase says so.
create or replace temp view transplanted as
with found as (
    select patient_id, line, start_date, true as is_certain from treatments where phase = 'autologous_transplant'
    union all
    select patient_id, line, start_date, false
    from given_drug
    where phase is null
    group by patient_id, line, start_date, last_dose_on
    having bool_and(drug is null or drug = 'melphalan')
)
select patient_id, line, start_date as transplanted_on, bool_or(is_certain) as is_certain
from found
group by all
