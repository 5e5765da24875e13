-- Names of drugs that the vocabulary does not know, the commonest first
-- Grain: one row per table and name. is_id: it is also the id of a patient.
with named as (
    select patient_id, 'treatments' as "table", drugs as recorded from treatments
    union all
    select patient_id, 'supportive_care', drug from supportive_care
)
select
    "table",
    name,
    count(*) as rows_with_it,
    count(distinct patient_id) as patients,
    name in (select lower(patient_id) from patients) as is_id
from unknown_drug join named using (patient_id, "table", recorded)
group by "table", name
order by rows_with_it desc, "table", name
