-- What rules CAR-T out at the latest visit, and what leaves it unknown
-- Grain: one reason: a clause that fails for those not eligible, or a missing test for those unknown. Counts of patients;
-- alone: nothing else stands in the way.
-- Counts: patients, alone
-- Parts: alone of patients
-- Rows: listed
with latest as (
    select unnest(arg_max(each, visit_date))
    from car_t_eligibility as each semi join cohort using (patient_id)
    group by patient_id
),
long as (
    select 'clause' as kind, unnest(clauses_against) as reason, len(clauses_against) as reasons from latest where not eligible
    union all
    select 'test', unnest(unknown_because), len(unknown_because) from latest where eligible is null
)
select kind, reason, count(*) as patients, count(*) filter (reasons = 1) as alone
from long
group by all
order by kind, patients desc, reason
