-- Visits where the clinic's word differs from the derived response, or would change the line's PFS
-- Grain: one row per visit. A progression that was derived but not confirmed agrees at its visit, and yet changes the PFS.
with of_line as (
    select found_judged.*, progression_date, progression_source
    from found_judged join lines using (patient_id, line)
),
with_first as (
    select
        *,
        min(visit_date) filter (recorded = 'PD') over (partition by patient_id, line) as recorded_progression,
        is_at_least(recorded, 'PR') as has_recorded_response,
        is_at_least(derived, 'PR') as has_derived_response
    from of_line
),
weighed as (
    select
        *,
        visit_date = recorded_progression as is_recorded,
        visit_date = progression_date and recorded not in ('PD', 'NE') as is_denied,
        case
            when progression_source is distinct from 'derived' then null
            when is_recorded and progression_date is null then 'progression_added'
            when is_denied and recorded_progression is null then 'progression_removed'
            when is_recorded and recorded_progression < progression_date then 'progression_earlier'
            when is_denied and recorded_progression > progression_date then 'progression_later'
        end as of_progression,
        case
            when recorded = 'NE' or derived = 'NE' or recorded = derived then null
            when has_recorded_response <> has_derived_response then 'response'
            else 'category'
        end as of_response,
        coalesce(of_progression, of_response) as consequence,
        case
            when of_progression in ('progression_earlier', 'progression_later')
                then recorded_progression - progression_date
        end as days
    from with_first
)
select
    patient_id,
    line,
    visit_date,
    assessed_on,
    recorded,
    derived,
    confirmed,
    consequence,
    days,
    progression_reasons,
    limited_by
from weighed
where consequence is not null
