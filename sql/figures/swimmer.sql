-- The courses of a sample of patients, as stretches of time in one state: the confirmed response last seen in the line
-- (`none` from a line's start to its first evaluable visit; NE and visits of SD that lack one fluid are passed over), and what
-- happened at one moment (`mark`). From line $first_line on.
-- Grain: one stretch or one mark. `row` numbers the patients of a side, 1 the longest followed; months are from that line's start.
-- The sample: of a side's patients whose course from the line on is known, so many spread evenly
-- over the ranking by length of follow-up (ties in a fixed order), the middle one of each of so many equal groups: long and
-- short courses in their true proportion, but neither the longest nor the shortest, whose patients might be recognised.
with known as (
    select side, patient_id, start_date, days, event
    from side_by_side
    join known_course using (patient_id)
    where line = $first_line
),
ranked as (
    select
        *,
        row_number() over (partition by side order by days desc, md5(patient_id), patient_id) as place,
        count(*) over (partition by side) as n
    from known
),
sample as (
    select *, row_number() over (partition by side order by place) as "row"
    from ranked
    where (2 * place * $patients + n) // (2 * n) > (2 * (place - 1) * $patients + n) // (2 * n)
),
-- On one day the visit comes first: it is the last look at the line before.
states as (
    select side, patient_id, line, visit_date as on_date, 0 as later, confirmed_response as state
    from visits
    join sample using (patient_id)
    where response <> 'NE' and not list_contains(flags, 'one_fluid_missing') and line >= $first_line
    union all
    select side, patient_id, line, l.start_date, 1, 'none'
    from lines l
    join sample using (patient_id)
    where line >= $first_line
),
stretches as (
    select
        side, "row", line, state,
        date_diff('day', start_date, on_date) as first_day,
        coalesce(
            lead(date_diff('day', start_date, on_date)) over (partition by side, patient_id order by on_date, later, line),
            days
        ) as last_day
    from states
    join sample using (side, patient_id)
),
marks as (
    select side, "row", line, 'line' as mark, date_diff('day', s.start_date, l.start_date) as day
    from lines l
    join sample s using (patient_id)
    where line > $first_line
    union all
    select side, "row", line, 'progression', date_diff('day', s.start_date, progression_date)
    from lines
    join sample s using (patient_id)
    where progression_date is not null and line >= $first_line
    union all
    select side, "row", null, case when event then 'death' else 'alive' end, days from sample
)
select
    side, "row", line, state, null as mark,
    first_day / $days_per_month as first_month, last_day / $days_per_month as last_month
from stretches
where last_day > first_day
union all
select side, "row", line, null, mark, day / $days_per_month, day / $days_per_month from marks
order by side, "row", first_month, mark nulls first, line
