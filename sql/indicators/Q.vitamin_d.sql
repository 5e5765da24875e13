-- Patients given denosumab, and whether vitamin D or calcium was given during it
-- Grain: one row per patient. Unknown: denosumab of a day that could not be read; or none is recorded, and supportive care of a name that
-- is not known, or of a day that could not be read, may be one.
with given as (
    select
        patient_id,
        min(start_date) as begun_on,
        -- without an end it is still given
        max(case when end_date is null then 'infinity'::date else greatest(end_date, start_date) end) as until_on,
        bool_or(start_date is null) as is_lost
    from given_care semi join myeloma using (patient_id)
    where drug = 'denosumab'
    group by patient_id
)
select
    given.patient_id,
    null::bigint as line,
    begun_on as dated,
    case
        when bool_or(purpose in ('vitamin_d', 'calcium') and care.start_date is not null) then true
        when not is_lost and count(care.patient_id) = 0 then false
    end as passed
from given
left join given_care as care
    on care.patient_id = given.patient_id
    and coalesce(purpose, 'calcium') in ('vitamin_d', 'calcium')
    and coalesce(care.start_date <= until_on, true)
    and coalesce(care.end_date >= begun_on, true)
group by given.patient_id, begun_on, until_on, is_lost
