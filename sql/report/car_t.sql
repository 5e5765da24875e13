-- Who may have anti-BCMA CAR-T, at the latest visit
-- Grain: one answer (eligible, not_eligible, unknown). Counts of patients with a visit.
-- Counts: patients
-- Sums: patients over answer
with latest as (
    select patient_id, arg_max({'eligible': eligible}, visit_date).eligible as eligible
    from car_t_eligibility semi join cohort using (patient_id)
    group by patient_id
)
select answer, count(patient_id) as patients
from (values ('eligible', true), ('not_eligible', false), ('unknown', null)) as answers(answer, eligible)
left join latest on latest.eligible is not distinct from answers.eligible
group by answer
order by answer
