-- Who is refractory to all drugs of a level
-- Grain: one level. Counts of patients who had a drug; unknown: whether refractory is unknown.
-- Counts: patients, exposed, refractory, unknown
-- Parts: exposed of patients; refractory of exposed; refractory of patients; unknown of patients
with of_level as (
    select level, exposed, refractory from refractory_level semi join cohort using (patient_id)
    union all
    select level, exposed, refractory from class_level where level = 'anti_bcma'
)
select
    level,
    count(*) as patients,
    count(*) filter (exposed) as exposed,
    count(*) filter (refractory) as refractory,
    count(*) filter (refractory is null) as unknown
from of_level
group by level
order by case level when 'double' then 1 when 'triple_class' then 2 when 'penta' then 3 else 4 end
