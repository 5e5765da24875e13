-- title: Recorded diagnoses that Table 1 contradicts
-- question: Whose recorded diagnosis do the values at diagnosis contradict, and which clause speaks against it?
-- grain: one row per patient and clause that speaks against the recorded diagnosis
-- access: internal
-- parameters:
--   site text = null: only patients of this site; null is all
--   recorded text = null: only this recorded diagnosis (MM, SMM, …); null is all
-- caveats:
--   Where a missing test could still make the recorded diagnosis right the patient is not here.
--   Values are those nearest the diagnosis date, laboratory within 30 days, marrow, imaging and findings within 60.
--   What a registry counts in marrow is taken as clonal unless the row says otherwise.
-- columns:
--   patient_id: the patient
--   site_id: where they are followed; null: not recorded
--   diagnosis_date: recorded date of diagnosis
--   recorded: recorded diagnosis
--   derived: the first of Table 1 that holds; null: none holds
--   clause: a clause of the recorded diagnosis known not to hold; where there is none, the derived one that comes first
--   states: what that clause asks
--   clauses_for: events, biomarkers and diagnoses that hold, semicolons between
select
    patient_id,
    site_id,
    diagnosis.diagnosis_date,
    disagreement.recorded,
    disagreement.derived,
    disagreement.clause,
    criterion.states,
    array_to_string(diagnosis.clauses_for, ';') as clauses_for
from diagnosis_disagreement as disagreement
join diagnosis using (patient_id)
join patients using (patient_id)
left join criterion on criterion.id = disagreement.clause
where ($site::varchar is null or site_id = $site)
    and ($recorded::varchar is null or disagreement.recorded = $recorded)
order by patient_id, disagreement.clause
