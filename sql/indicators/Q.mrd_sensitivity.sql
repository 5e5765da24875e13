-- Days with a test of minimal residual disease in marrow, and whether it could find one cell in 100,000
-- Grain: one row per patient and day; of several tests the most sensitive counts. Unknown: none is known to be good enough, and one of
-- the day is not recorded, was not read, or is only known to be below a limit ("<0.0001").
with tested as (
    select
        patient_id,
        collected_on,
        -- 0.00001 is compared as reported, whatever it is in binary
        sensitivity <= $sensitivity * 1.000001 as is_within,
        case
            when is_within and coalesce(sensitivity_comparator, '<') in ('<', '<=') then true
            when not is_within and coalesce(sensitivity_comparator, '>') in ('>', '>=') then false
        end as is_enough
    from mrd semi join myeloma using (patient_id)
)
select
    patient_id,
    null::bigint as line,
    collected_on as dated,
    case
        when bool_or(is_enough) then true
        when may_be_unread(patient_id, 'mrd', null::varchar[], collected_on, collected_on) then null
        when bool_and(is_enough is not null) then false
    end as passed
from tested
group by patient_id, collected_on
