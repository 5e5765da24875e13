-- Complete years from a day on, for the patients in question (the first line's start of patients with myeloma; the diagnosis of those
-- with smouldering myeloma), and whether one of these kinds of imaging was done in each; where only one was that may stand in
-- their place, it can't be determined
-- Grain: one row per patient and year, dated by the day the year is counted from; its own days come after that.
create or replace temp macro year_imaged(asked, year_days, modalities, instead) as table
with watched as (
    select patient_id, first_start as begins_on, followed_to as ends_on
    from first_start join follow_up_end using (patient_id)
    where asked = 'first line' and first_start is not null
    union all
    select patient_id, diagnosis_date, watched_to from precursor_watched where asked = precursor
),
watched_year as (
    select *, unnest(range(date_diff('day', begins_on, ends_on) // year_days)) as nth from watched
),
imaged_year as (
    select
        patient_id,
        (date_diff('day', begins_on, performed_on) - 1) // year_days as nth,
        bool_or(list_contains(modalities, modality)) as is_imaged,
        count(*) > count(modality) or bool_or(list_contains(instead, modality)) as may_be_imaged
    from imaging join watched using (patient_id)
    where performed_on > begins_on
    group by all
)
select
    watched_year.patient_id,
    null::bigint as line,
    begins_on + (nth * year_days)::integer as dated,
    case
        when is_imaged then true
        when may_be_imaged then null
        when not (select case asked when 'first line' then has_imaging_in_treatment else has_imaging_in_smm end from of_extract)
            then null
        else false
    end as passed,
    nth
from watched_year left join imaged_year using (patient_id, nth)
