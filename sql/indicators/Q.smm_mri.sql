-- Complete years, of the first five, that smouldering myeloma was watched for, and whether the whole body had an MRI in each
-- Grain: one row per patient and year, dated by the day the year is counted from; its own days come after that.
with watched_year as (
    select
        patient_id,
        diagnosis_date,
        unnest(range(least(date_diff('day', diagnosis_date, watched_to) // $year_days, $years))) as nth
    from precursor_watched
    where precursor = 'SMM'
),
imaged_year as (
    select
        patient_id,
        (date_diff('day', diagnosis_date, performed_on) - 1) // $year_days as nth,
        bool_or(list_contains($modalities, modality)) as is_whole_body,
        count(*) > count(modality) as may_be_whole_body
    from imaging join precursor_watched using (patient_id)
    where precursor = 'SMM' and performed_on > diagnosis_date
    group by all
)
select
    watched_year.patient_id,
    null::bigint as line,
    diagnosis_date + (nth * $year_days)::integer as dated,
    case
        when is_whole_body then true
        when may_be_whole_body or not exists (select 1 from imaged_year) then null
        else false
    end as passed
from watched_year left join imaged_year using (patient_id, nth)
