-- Haematologic progression of patients with AL amyloidosis at any visit
-- Grain: one row: known to have had one, known at every visit to have none, unknown.
-- Counts: patients, are, are_not, unknown
-- Sums: patients = are + are_not + unknown
with by_patient as (
    select patient_id, bool_or(haematologic_progression) as progressed, bool_and(haematologic_progression is not null) as is_known
    from al_poems_visits
    where progression_unknown_because is not null
    group by patient_id
)
select
    count(*) as patients,
    count(*) filter (progressed) as are,
    count(*) filter (not coalesce(progressed, false) and is_known) as are_not,
    count(*) filter (not coalesce(progressed, false) and not is_known) as unknown
from by_patient
having count(*) > 0
