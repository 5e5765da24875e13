-- MRD in marrow that turned positive without progression, and whether therapy stayed the same
-- Grain: one row per patient, line and day on which it turned: positive where the last test before it, in the same line, was negative.
with tested as (
    select
        patient_id, line, collected_on,
        bool_or(mrd = 'positive') as is_positive,
        lag(bool_or(mrd = 'positive')) over (partition by patient_id, line order by collected_on) as was_positive
    from mrd_status semi join myeloma using (patient_id)
    where category in ('flow', 'sequencing') and mrd is not null and line is not null
    group by patient_id, line, collected_on
),
turned as (
    select
        tested.patient_id, tested.line, collected_on, progression_source, progression_date, next_line_start,
        collected_on + $within_days::integer as until_on
    from tested join lines on lines.patient_id = tested.patient_id and lines.line = tested.line
    where is_positive and not was_positive and not coalesce(progression_date <= collected_on, false)
),
-- a drug new to the line had, or a treatment without a name that may be one
begun as (
    select turned.patient_id, turned.line, collected_on, later.start_date, drug
    from turned join given_drug as later
        on later.patient_id = turned.patient_id
        and later.line = turned.line
        and later.start_date > collected_on
        and later.start_date <= until_on
        and not coalesce(progression_date <= later.start_date, false)
    where drug is null
        or not exists (
            select 1
            from given_drug as earlier
            where earlier.patient_id = later.patient_id
                and earlier.line = later.line
                and earlier.drug = later.drug
                and earlier.start_date <= collected_on
        )
)
select
    turned.patient_id,
    turned.line,
    turned.collected_on as dated,
    case
        when progression_source is null then null
        when bool_or(drug is not null)
            or next_line_start > turned.collected_on and next_line_start <= until_on
            and not coalesce(progression_date <= next_line_start, false) then false
        when count(begun.start_date) > 0 then null
        when may_be_unread(turned.patient_id, 'treatments', null::varchar[], turned.collected_on + 1, until_on) then null
        when known_until >= until_on or progression_date <= until_on then true
    end as passed
from turned
join followed_until using (patient_id)
left join begun
    on begun.patient_id = turned.patient_id
    and begun.line = turned.line
    and begun.collected_on = turned.collected_on
group by
    turned.patient_id, turned.line, turned.collected_on, progression_source, progression_date, next_line_start, until_on,
    known_until
