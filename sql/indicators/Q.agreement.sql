-- Visits that the clinic judged too, and whether the category derived is the one recorded
-- Grain: one row per visit. A recorded category belongs to the nearest visit of its line within a few days.
with recorded as (
    select assessments.*, row_number() over (order by source_file, row_number) as number
    from assessments semi join myeloma using (patient_id)
    where response <> 'NE'
),
nearest as (
    select
        recorded.patient_id, visits.line, visits.visit_date, recorded.assessed_on, recorded.response as category,
        visits.response,
        abs(date_diff('day', visits.visit_date, recorded.assessed_on)) as days
    from recorded join visits
        on visits.patient_id = recorded.patient_id
        and visits.line = coalesce(recorded.line, visits.line)
        and abs(date_diff('day', visits.visit_date, recorded.assessed_on)) <= $window_days
    qualify row_number() over (partition by number order by days, visits.visit_date) = 1
),
of_visit as (
    select *
    from nearest
    qualify rank() over (partition by patient_id, line, visit_date order by days, assessed_on) = 1
)
select
    patient_id,
    line,
    visit_date as dated,
    case
        when response <> 'NE' and count(distinct category) = 1 then min(category) = response
    end as passed
from of_visit
group by patient_id, line, visit_date, response
