-- Patients with AL amyloidosis without transplant in line 1, and whether it began with the four drugs
-- Grain: one row per patient with a first line.
with grafted as (
    select patient_id, bool_or(is_certain) as is_certain from transplant where line = 1 group by patient_id
)
select
    regimen.patient_id,
    line,
    start_date as dated,
    case
        when grafted.patient_id is not null then null
        when list_has_all(drugs, ['daratumumab', 'bortezomib', 'cyclophosphamide', 'dexamethasone']) then true
        when not has_unnamed then false
    end as passed
from line_regimen($regimen_days) as regimen
join patients using (patient_id)
left join grafted on grafted.patient_id = regimen.patient_id
where line = 1 and diagnosis = 'AL' and not coalesce(grafted.is_certain, false)
