-- Laboratory results and MRD, in days from diagnosis.
-- Grain: one row per result. RESULT: a figure in UNIT, with its comparator where it has one, or positive and negative.
with results as (
    select
        patient_id, collected_on, analyte as test,
        coalesce(coalesce(comparator, '') || value::varchar, result) as result, case when value is not null then unit end as unit
    from labs
    union all
    select patient_id, collected_on, 'mrd_' || category, mrd, null from mrd_status
)
select
    r.patient_id as "PATIENT_ID",
    date_diff('day', p.diagnosis_date, r.collected_on) as "START_DATE",
    null as "STOP_DATE",
    'LAB_TEST' as "EVENT_TYPE",
    r.test as "TEST",
    r.result as "RESULT",
    r.unit as "UNIT"
from results r
join patients p using (patient_id)
where r.result is not null
order by all
