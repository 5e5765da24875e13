-- Courses with a class of drugs in myeloma, and whether supportive care of a purpose was given on any day of them
-- Grain: one row per patient and line. A course is all of the class in one line, from its first dose to its last. passed null: can't be
-- told, as a treatment names no drug, an end is not recorded, or the extract has no supportive care.
create or replace temp macro covered_course(of_class, for_purpose) as table
with course as (
    select
        given_drug.patient_id,
        given_drug.line,
        bool_or(class = of_class) as is_certain,
        min(given_drug.start_date) as begun_on,
        -- surely up to here, and at most up to there
        max(coalesce(last_dose_on, ongoing_line.last_contact, given_drug.start_date)) as surely_until,
        max(coalesce(last_dose_on, ongoing_line.last_contact, next_line_start, 'infinity'::date)) as at_most_until
    from given_drug semi join myeloma using (patient_id)
    left join lines on lines.patient_id = given_drug.patient_id and lines.line = given_drug.line
    left join ongoing_line on ongoing_line.patient_id = given_drug.patient_id and ongoing_line.line = given_drug.line
    where class = of_class or drug is null
    group by given_drug.patient_id, given_drug.line, class is null
    -- treatments without a name are asked about only where none with a name is of the class
    qualify row_number() over (partition by given_drug.patient_id, given_drug.line order by class is null) = 1
)
select
    course.patient_id,
    course.line,
    course.begun_on as dated,
    case
        when not coalesce(is_certain, false) or not records_care() then null
        when bool_or(
            care.start_date <= surely_until
            and (care.end_date >= begun_on or care.start_date >= begun_on)
        ) then true
        when bool_or(care.start_date <= at_most_until and coalesce(care.end_date, 'infinity'::date) >= begun_on)
            then null
        else false
    end as passed
from course left join care_given as care on care.patient_id = course.patient_id and care.purpose = for_purpose
group by course.patient_id, course.line, begun_on, is_certain, surely_until, at_most_until
