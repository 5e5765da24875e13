-- Patients of the highest risk transplanted in line 1, and whether a second autograft followed
-- Grain: one row per patient, dated by the first. A risk that can't be determined, or a transplant that is not certain, is unknown.
with graft as (
    select
        patient_id,
        list(transplanted_on order by transplanted_on) filter (is_certain) as dates,
        bool_or(not is_certain) as may_be_more
    from transplant
    where line = 1
    group by patient_id
),
at_risk as (
    select
        patient_id,
        coalesce(diagnosis = 'PCL', false) or coalesce("DX.pcl", false) or extramedullary_disease or double_hit as is_at_risk
    from patients semi join cohort using (patient_id)
    join staging using (patient_id)
    join diagnosis_evidence using (patient_id)
)
select
    graft.patient_id,
    1::bigint as line,
    dates[1] as dated,
    case
        when is_at_risk is null or dates is null then null
        when dates[2] <= due_on then true
        when may_be_more then null
        when may_be_unread(graft.patient_id, 'treatments', ['autologous_transplant'], dates[1], due_on) then null
        when known_until >= due_on or next_line_start <= due_on then false
    end as passed
from (select *, dates[1] + to_months($within_months::integer) as due_on from graft) as graft
join at_risk using (patient_id)
join followed_until using (patient_id)
left join lines on lines.patient_id = graft.patient_id and lines.line = 1
where is_at_risk is distinct from false
