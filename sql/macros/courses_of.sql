-- Lines that began with exactly these drugs, and how many courses of them were given
-- Grain: one row per line. Null courses: not recorded of a part of it. Courses of consolidation, maintenance and transplants are none of
-- these; rows of one day (a row each for the drugs of a regimen) are one part, with the most courses of them. of_drugs: in alphabetical
-- order.
create or replace temp macro courses_of(of_drugs, within_days) as table
with part as (
    select patient_id, line, start_date as begun_on, max(cycles) as courses
    from treatments
    where coalesce(phase, 'induction') in ('induction', 'salvage')
    group by patient_id, line, start_date
)
select
    regimen.patient_id,
    regimen.line,
    regimen.start_date,
    case when count(part.courses) = count(*) then sum(part.courses) end as courses
from line_regimen(within_days) as regimen join part using (patient_id, line)
where regimen.drugs = of_drugs and not has_unnamed
group by regimen.patient_id, regimen.line, regimen.start_date
