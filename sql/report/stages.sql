-- Stage at diagnosis
-- Grain: one staging system, stage and source. stage null: unknown. source null: not told for R2-ISS, and where unknown.
with staged as (
    select * from cohort left join staging using (patient_id)
),
long as (
    select 'ISS' as system, iss as stage, iss_source as source from staged
    union all
    select 'R-ISS', r_iss, r_iss_source from staged
    union all
    select 'R2-ISS', r2_iss, case when r2_iss is not null then 'derived' end from staged
)
select system, stage, source, count(*) as patients
from long
group by all
order by system, stage nulls last, source nulls last
