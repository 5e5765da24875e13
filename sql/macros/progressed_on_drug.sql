-- Whether a patient progressed on a drug: a confirmed progression while it was given, or within some days of its last dose
-- Grain: one row per row of given_drug, with `progressed` for a number of days, and `progressed_on`: the first such day. Null: can't be
-- told, as the last dose or the course of the line is not known. A progression on the day the drug began is the last look at
-- what came before.
create or replace temp macro progressed_on_drug(within_days) as table
with progression as (
    select patient_id, progression_date from lines where progression_date is not null
),
dated as (
    select
        given.*,
        (
            select min(progression_date)
            from progression
            where progression.patient_id = given.patient_id
                and progression_date > given.start_date
                -- without an end the last dose was on the first day or later
                and progression_date <= greatest(given.last_dose_on, given.start_date) + within_days::integer
        ) as progressed_on
    from given_drug as given
)
select
    dated.*,
    case
        when progressed_on is not null then true
        when lines.progression_source is null then null
        when dated.last_dose_on is null and exists (
            select 1
            from progression
            where progression.patient_id = dated.patient_id
                and progression_date > dated.start_date
                -- a line's drugs end with the line at the latest
                and (
                    lines.next_line_start is null
                    or progression_date <= lines.next_line_start + within_days::integer
                )
        ) then null
        else false
    end as progressed
from dated
left join lines on lines.patient_id = dated.patient_id and lines.line = dated.line
