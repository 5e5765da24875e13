-- Patients with a bone lesion at diagnosis (MDE.bone), and whether they had a bone agent near the start of treatment
-- Grain: one row per patient with a first line. Unknown: whether there was a lesion, or what may have been a bone agent could not be read.
with seen as (
    select patient_id, "MDE.bone" as has_lesion
    from myeloma left join diagnosis_evidence using (patient_id)
)
select
    seen.patient_id,
    1::bigint as line,
    lines.start_date as dated,
    case
        when not coalesce(has_lesion, false) or not records_care() then null
        when bool_or(
            care.drug in ('denosumab', 'zoledronic_acid')
            and coalesce(care.end_date, care.start_date) >= lines.start_date - $within_days::integer
        ) then true
        -- begun long before, without an end: it may still be given; a name that is not known may be one of the two
        when bool_or(
            coalesce(care.drug, 'bisphosphonate') = 'bisphosphonate'
            and coalesce(care.end_date, care.start_date) >= lines.start_date - $within_days::integer
            or coalesce(care.drug, 'bisphosphonate') in ('denosumab', 'zoledronic_acid', 'bisphosphonate')
            and care.end_date is null and care.patient_id is not null
        ) then null
        when known_until >= lines.start_date + $within_days::integer then false
    end as passed
from seen
join lines on lines.patient_id = seen.patient_id and lines.line = 1
join followed_until on followed_until.patient_id = seen.patient_id
left join given_care as care
    on care.patient_id = seen.patient_id
    and coalesce(purpose, 'bone') = 'bone'
    and coalesce(care.start_date <= lines.start_date + $within_days::integer, true)
where coalesce(has_lesion, true)
group by seen.patient_id, has_lesion, lines.start_date, known_until
