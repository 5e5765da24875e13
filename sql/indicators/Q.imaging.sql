-- Patients with myeloma, and whether bone was imaged before the first line
-- Grain: one row per patient. Every modality that can be recorded counts; an examination without one leaves it unknown.
select
    first_start.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when first_start.first_start is null or not (select has_imaging from of_extract) then null
        when count(imaging.modality) > 0 then true
        when may_be_unread(
            first_start.patient_id,
            'imaging',
            null::varchar[],
            first_start.first_start - $window_days::integer,
            first_start.first_start
        ) then null
        when count(imaging.performed_on) = 0 then false
    end as passed
from first_start left join imaging
    on imaging.patient_id = first_start.patient_id
    and date_diff('day', imaging.performed_on, first_start.first_start) between 0 and $window_days
group by first_start.patient_id, first_start.first_start
