-- Which of some tests each patient of asked_of had in the days up to the start of the first line, the day itself included.
-- Grain: one row per patient. $days null: however long before. The quantitative IgA is the serum M-protein of those whose M-protein lies
-- in the beta region.
with asked as (
    select asked_of.patient_id, min(lines.start_date) as first_start
    from asked_of left join lines on lines.patient_id = asked_of.patient_id and lines.line = 1
    group by asked_of.patient_id
),
test as (
    select
        labs.patient_id,
        collected_on,
        case when analyte = 'iga' and m_protein_in_beta then 'serum_m_protein' else analyte end as name
    from labs join patients using (patient_id)
    semi join asked_of on asked_of.patient_id = labs.patient_id
    -- words are no M-protein and no light chain
    where (value is not null or (analyte not in (
        'serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'iga'
    ) and result is not null))
        and (list_contains($tests::varchar[], analyte) or analyte = 'iga')
)
select
    asked.patient_id,
    first_start is not null as has_line,
    coalesce(list(distinct name) filter (name is not null), []) as tested
from asked left join test
    on test.patient_id = asked.patient_id
    and collected_on <= first_start
    and ($days is null or collected_on >= first_start - $days::integer)
group by asked.patient_id, first_start
