-- First lines without a transplant that began with exactly these drugs, and whether as many courses were given as planned
-- Grain: one row per line. Not asked: one that progression or death ended before. passed null: courses not recorded, fewer by now of a
-- line that goes on, or nothing tells of its progression.
create or replace temp macro planned_courses(of_drugs, within_days, least) as table
select
    given.patient_id,
    given.line,
    given.start_date as dated,
    case
        when courses >= least then true
        when courses is null or progression_source is null or ongoing.patient_id is not null then null
        else false
    end as passed
from courses_of(of_drugs, within_days) as given
semi join myeloma using (patient_id)
join lines on lines.patient_id = given.patient_id and lines.line = given.line
left join followed_until as followed on followed.patient_id = given.patient_id
left join ongoing_line as ongoing
    on ongoing.patient_id = given.patient_id and ongoing.line = given.line and lines.end_date is null
where
    given.line = 1
    and (given.patient_id, given.line) not in (select (patient_id, line) from transplant where line is not null)
    and (
        courses >= least
        or (progression_date is null and (next_line_start is not null or died_on is null))
    )
