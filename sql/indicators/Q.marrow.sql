-- Patients with myeloma, and whether marrow was examined before the first line
-- Grain: one row per patient.
select
    first_start.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when count(marrow.collected_on) > 0 then true
        when may_be_unread(
            first_start.patient_id,
            'marrow',
            null::varchar[],
            first_start.first_start - $window_days::integer,
            first_start.first_start
        ) then null
        when first_start.first_start is not null and (select has_marrow from of_extract) then false
    end as passed
from first_start left join marrow
    on marrow.patient_id = first_start.patient_id
    and date_diff('day', marrow.collected_on, first_start.first_start) between 0 and $window_days
group by first_start.patient_id, first_start.first_start
