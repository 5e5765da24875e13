-- Courses with a class of drugs in myeloma, and whether supportive care of a purpose was given on enough of their days
-- Grain: one row per patient and line. A course is all of the class in one line, from its first dose to its last. passed null: not
-- known, as a treatment names no drug or one that is not known, or was refused, an end is not recorded and decides, supportive care has a
-- name that is not known or was refused, or the extract has none.
create or replace temp macro covered_course(of_class, for_purpose, least_share) as table
with course as (
    select
        given_drug.patient_id,
        given_drug.line,
        bool_or(class = of_class) as is_certain,
        min(coalesce(given_drug.start_date, lines.start_date)) as begun_on,
        -- surely up to here, and at most up to there: no patient is treated after the last that is known of him
        max(greatest(given_drug.start_date, coalesce(last_dose_on, ongoing_line.last_contact))) as surely_until,
        max(greatest(
            given_drug.start_date, coalesce(last_dose_on, ongoing_line.last_contact, next_line_start, died_on, followed.last_contact)
        )) as at_most_until,
        any_value(ongoing_line.last_contact) as still_given_to
    from given_drug semi join myeloma using (patient_id)
    left join followed_until as followed on followed.patient_id = given_drug.patient_id
    left join lines on lines.patient_id = given_drug.patient_id and lines.line = given_drug.line
    left join ongoing_line on ongoing_line.patient_id = given_drug.patient_id and ongoing_line.line = given_drug.line
    where class = of_class or drug is null
    group by given_drug.patient_id, given_drug.line, class is null
    -- treatments without a name are asked about only where none with a name is of the class
    qualify row_number() over (partition by given_drug.patient_id, given_drug.line order by class is null) = 1
),
-- days of care: those that are sure, and those that may be (no end: to the end of the course; a name that is not known)
cared as (
    select course.*, is_sure, greatest(start_date, begun_on) as from_on, least(to_on, at_most_until) as to_on
    from course
    join (
        -- a start that is not known may be any
        select patient_id, purpose, coalesce(start_date, '-infinity') as start_date, end_date, is_sure
        from (select *, unnest([true, false]) as is_sure from given_care)
        where start_date is not null or not is_sure
    ) as care on care.patient_id = course.patient_id and (purpose = for_purpose or purpose is null and not is_sure)
    cross join lateral (
        select case
            when end_date is not null then greatest(end_date, start_date)
            -- begun in the course, without an end, it is still given where nothing followed the line; one begun before may be over
            when is_sure and start_date >= begun_on then greatest(start_date, coalesce(still_given_to, start_date))
            when is_sure then start_date
            else 'infinity'::date
        end as to_on
    )
    where start_date <= at_most_until and to_on >= begun_on
),
-- days that two rows have count once: a stretch begins where no earlier row reaches
stretch as (
    select patient_id, line, is_sure, min(from_on) as from_on, max(to_on) as to_on
    from (
        select *, count(*) filter (begins) over (partition by patient_id, line, is_sure order by from_on, to_on rows unbounded preceding) as nth
        from (
            select
                *,
                coalesce(from_on > max(to_on) over (
                    partition by patient_id, line, is_sure order by from_on, to_on rows between unbounded preceding and 1 preceding
                ) + 1, true) as begins
            from cared
        )
    )
    group by patient_id, line, is_sure, nth
),
-- the part of the days is at its least or greatest where the course, or a stretch of care, begins or ends
last_day as (
    select patient_id, line, begun_on, unnest([surely_until, at_most_until]) as last_on from course
    union
    select patient_id, line, begun_on, unnest([from_on - 1, to_on]) from course join stretch using (patient_id, line)
    where to_on >= surely_until
),
known as (
    select
        patient_id, line, last_on, is_sure,
        coalesce(sum(greatest(0, date_diff('day', from_on, least(to_on, last_on)) + 1)), 0)
        >= least_share * (date_diff('day', begun_on, last_on) + 1) as is_enough
    from (select patient_id, line, begun_on, last_on, unnest([true, false]) as is_sure from last_day)
    join course using (patient_id, line, begun_on)
    left join stretch using (patient_id, line, is_sure)
    where last_on between surely_until and at_most_until
    group by patient_id, line, begun_on, last_on, is_sure
)
select
    course.patient_id,
    course.line,
    course.begun_on as dated,
    case
        when not coalesce(is_certain, false) or not records_care() then null
        when bool_and(is_enough) filter (is_sure) then true
        when not bool_or(is_enough) filter (not is_sure) then false
    end as passed
from course join known using (patient_id, line)
group by course.patient_id, course.line, course.begun_on, is_certain
