-- Stage at diagnosis
-- Grain: one staging system and stage; stage null: unknown. Counts of patients. derived, reported: null where the stage is
-- unknown, and for R2-ISS, where it is not given.
-- Counts: patients, derived, reported
-- Sums: patients over stage within system; patients = derived + reported
with staged as (
    select * from cohort left join staging using (patient_id)
),
long as (
    select 'ISS' as system, iss as stage, iss_source as source from staged
    union all
    select 'R-ISS', r_iss, r_iss_source from staged
    union all
    select 'R2-ISS', r2_iss, null from staged
),
each as (
    select system, unnest(stages) as stage
    from (values
        ('ISS', ['I', 'II', 'III', null]),
        ('R-ISS', ['I', 'II', 'III', null]),
        ('R2-ISS', ['I', 'II', 'III', 'IV', null])
    ) as stages(system, stages)
)
select
    each.system,
    each.stage,
    count(long.system) as patients,
    case when each.stage is not null and each.system <> 'R2-ISS' then count(*) filter (source = 'derived') end as derived,
    case when each.stage is not null and each.system <> 'R2-ISS' then count(*) filter (source = 'reported') end as reported
from each
left join long on long.system = each.system and long.stage is not distinct from each.stage
group by each.system, each.stage
order by each.system, each.stage nulls last
