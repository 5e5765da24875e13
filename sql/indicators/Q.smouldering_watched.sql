-- Patients with smouldering myeloma, and whether they had no myeloma drug before progression
-- Grain: one row per patient. Progression is that of precursor_course. Unknown: treated without a progression by then, for which
-- nobody looked, or by a treatment that was refused.
with first_treatment as (
    select patients.patient_id, begun_on, may_be_begun_on
    from patients left join first_drug using (patient_id)
    left join (
        select patient_id, min(coalesce(dated_on, '-infinity'::date)) as may_be_begun_on
        from refused_row
        where "table" = 'treatments' and not is_repeat
        group by patient_id
    ) using (patient_id)
    where diagnosis = 'SMM'
)
select
    first_treatment.patient_id,
    null::bigint as line,
    begun_on as dated,
    case
        when begun_on is null or course.progressed_on <= begun_on
            then case when not coalesce(may_be_begun_on < coalesce(course.progressed_on, 'infinity'), false) then true end
        when len(course.unknown_because) = 0 then false
    end as passed
from first_treatment left join precursor_course as course
    on course.patient_id = first_treatment.patient_id and course.precursor = 'SMM'
