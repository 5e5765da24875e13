-- Who is refractory to all drugs of a level
-- Grain: one level. Counts of patients who had a drug; unknown: whether refractory is unknown.
-- Counts: patients, exposed, refractory, unknown
-- Parts: exposed of patients; refractory of exposed; refractory of patients; unknown of patients
select
    level,
    count(*) as patients,
    count(*) filter (exposed) as exposed,
    count(*) filter (refractory) as refractory,
    count(*) filter (refractory is null) as unknown
from refractory_level semi join cohort using (patient_id)
group by level
order by case level when 'double' then 1 when 'triple_class' then 2 else 3 end
