-- Treatment: drugs by line, and autologous transplants, in days from diagnosis.
-- Grain: one row per exposure to a drug, or transplant. STOP_DATE null: no end recorded. A drug without a name, and a
-- treatment without a start, have no row: left_out.sql counts them.
with given as (
    select patient_id, start_date, last_dose_on, 'Medical Therapy' as kind, class, drug, line, phase
    from given_drug
    where drug is not null and start_date is not null
    union all
    select patient_id, transplanted_on, transplanted_on, 'Transplant', 'Autologous', null, line, 'autologous_transplant'
    from transplant
    where is_certain and transplanted_on is not null
)
select
    g.patient_id as "PATIENT_ID",
    date_diff('day', p.diagnosis_date, g.start_date) as "START_DATE",
    date_diff('day', p.diagnosis_date, g.last_dose_on) as "STOP_DATE",
    'TREATMENT' as "EVENT_TYPE",
    g.kind as "TREATMENT_TYPE",
    g.class as "SUBTYPE",
    g.drug as "AGENT",
    g.line as "LINE",
    g.phase as "PHASE"
from given g
join patients p using (patient_id)
order by all
