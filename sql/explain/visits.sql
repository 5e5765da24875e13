-- Every visit with its verdicts, and the values, references and clause verdicts they rest on. Grain: one row per visit.
-- is_evaluable: one of the run of consecutive assessments (CONF.response, CONF.pd); the others are skipped.
select
    visits.* exclude (patient_id),
    response <> 'NE' and not list_contains(flags, 'one_fluid_missing') as is_evaluable,
    visit_evidence.* exclude (patient_id, line, visit_date)
from visits
inner join visit_evidence using (patient_id, visit_date)
where visits.patient_id = $patient and visits.line is not null
order by visit_date
