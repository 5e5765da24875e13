-- Best response of light chains of patients with AL amyloidosis
-- Grain: one response; null: unknown. Counts of patients with a visit.
-- Counts: patients
-- Sums: patients over response
-- Rows: listed
with best as (
    select
        patient_id,
        min(case haematologic_response when 'CR' then 1 when 'VGPR' then 2 when 'PR' then 3 when 'NR' then 4 end) as rank
    from al_poems_visits
    where dflc_mg_l is not null or haematologic_response is not null
    group by patient_id
)
select ['CR', 'VGPR', 'PR', 'NR'][rank] as response, count(*) as patients
from best
group by rank
order by rank nulls last
