-- Stage at diagnosis
-- Grain: one staging system and stage; stage null: unknown. Counts of patients. derived, reported: null where the stage is
-- unknown, and for R2-ISS, of which it is not told.
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
)
select
    system,
    stage,
    count(*) as patients,
    case when stage is not null and system <> 'R2-ISS' then count(*) filter (source = 'derived') end as derived,
    case when stage is not null and system <> 'R2-ISS' then count(*) filter (source = 'reported') end as reported
from long
group by system, stage
order by system, stage nulls last
