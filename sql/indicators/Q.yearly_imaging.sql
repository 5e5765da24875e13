-- Complete years of follow-up from the start of the first line, and whether the whole body was imaged in each
-- Grain: one row per patient and year, dated by the day the year is counted from; its own days come after that.
with followed_year as (
    select
        patient_id,
        first_start,
        unnest(range(date_diff('day', first_start, followed_to) // $year_days)) as nth
    from first_start join follow_up_end using (patient_id)
    where first_start is not null
),
imaged_year as (
    select
        patient_id,
        (date_diff('day', first_start, performed_on) - 1) // $year_days as nth,
        bool_or(list_contains($modalities, modality)) as is_whole_body,
        count(*) > count(modality) as may_be_whole_body
    from imaging join first_start using (patient_id)
    where performed_on > first_start
    group by all
)
select
    followed_year.patient_id,
    null::bigint as line,
    first_start + (nth * $year_days)::integer as dated,
    case
        when is_whole_body then true
        when may_be_whole_body or not exists (select 1 from imaged_year) then null
        else false
    end as passed
from followed_year left join imaged_year using (patient_id, nth)
