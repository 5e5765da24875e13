-- Patients with a bone lesion at diagnosis, and whether they had a bone agent near the start of treatment
-- Grain: one row per patient with a first line. Unknown: none of the scans near diagnosis found a lesion, and no count says that there was
-- none, or one of them could not be read; or what may have been a bone agent could not.
with seen as (
    select
        myeloma.patient_id,
        bool_or(new_bone_lesion or lytic_lesions >= 1 and coalesce(sign in ('>', '>='), true) or lytic_lesions = 0 and sign = '>') as has_lesion,
        bool_or(lytic_lesions = 0 and coalesce(sign = '<=', true) or lytic_lesions <= 1 and sign = '<')
        and not bool_or(coalesce(list_has_any(scan.unreadable, ['lytic_lesions', 'new_bone_lesion']), false))
        and not may_be_unread(
            myeloma.patient_id,
            'imaging',
            null::varchar[],
            any_value(diagnosis_date) - $imaging_days::integer,
            any_value(diagnosis_date) + $imaging_days::integer
        ) as has_none
    from myeloma left join (select *, lytic_lesions_comparator as sign from imaging) as scan
        on scan.patient_id = myeloma.patient_id
        and abs(date_diff('day', diagnosis_date, performed_on)) <= $imaging_days
    group by myeloma.patient_id
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
where has_lesion or not coalesce(has_none, false)
group by seen.patient_id, has_lesion, lines.start_date, known_until
