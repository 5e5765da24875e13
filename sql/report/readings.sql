-- How many visits can be evaluated, strictly and by a reading that relaxes the criteria
-- Grain: one reading (strict, relaxed); no row where the run relaxes nothing. Counts of visits. evaluable: has a response and is one of the
-- consecutive assessments; settled: no missing test could make that response better.
-- Counts: visits, evaluable, settled
-- Parts: evaluable of visits; settled of evaluable
with read as (
    select 'strict' as reading, is_evaluable, possible_response = response as is_settled
    from strict_reading semi join cohort using (patient_id)
    union all
    select 'relaxed', now.response <> 'NE' and not list_contains(now.flags, 'one_fluid_missing'), now.possible_response = now.response
    from visits as now semi join strict_reading using (patient_id, line, visit_date) semi join cohort using (patient_id)
)
select
    reading,
    count(*) as visits,
    count(*) filter (is_evaluable) as evaluable,
    count(*) filter (is_evaluable and is_settled) as settled
from read
group by reading
order by reading desc
