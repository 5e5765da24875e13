-- What is in one store only
-- Grain: one row per kind of thing. Counts.
select
    'patients' as what,
    count(*) filter (now.patient_id is null) as only_in_a,
    count(*) filter (was.patient_id is null) as only_in_b,
    count(*) filter (was.patient_id is not null and now.patient_id is not null) as in_both
from store_a.patients as was full join store_b.patients as now using (patient_id)
union all
select
    'lines' as what,
    count(*) filter (now.patient_id is null) as only_in_a,
    count(*) filter (was.patient_id is null) as only_in_b,
    count(*) filter (was.patient_id is not null and now.patient_id is not null) as in_both
from store_a.lines as was full join store_b.lines as now using (patient_id, line)
union all
select
    'visits' as what,
    count(*) filter (now.patient_id is null) as only_in_a,
    count(*) filter (was.patient_id is null) as only_in_b,
    count(*) filter (was.patient_id is not null and now.patient_id is not null) as in_both
from store_a.visits as was full join store_b.visits as now using (patient_id, visit_date)
