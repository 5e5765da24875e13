-- Patients transplanted in line 1 after the triplet, and how many courses of it came before
-- Grain: one row per patient. Unknown: the courses were not recorded.
select
    given.patient_id,
    given.line,
    transplanted_on as dated,
    courses between $least_courses and $most_courses as passed
from courses_of($drugs, $regimen_days) as given
semi join myeloma using (patient_id)
join (
    select patient_id, line, min(transplanted_on) as transplanted_on from transplant where is_certain group by patient_id, line
) as graft on graft.patient_id = given.patient_id and graft.line = given.line
where given.line = 1
