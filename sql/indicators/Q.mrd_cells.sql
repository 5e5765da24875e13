-- Days with a test of minimal residual disease in marrow whose cells were counted, and whether they were enough
-- Grain: one row per patient and day; of several tests the one of most cells counts. A test without a count is not asked; one whose
-- count could not be read is unknown.
with counted as (
    select
        patient_id,
        collected_on,
        case
            when cells_analysed >= $cells and coalesce(cells_analysed_comparator, '>') in ('>', '>=') then true
            when cells_analysed < $cells and coalesce(cells_analysed_comparator, '<') in ('<', '<=') then false
            when cells_analysed = $cells and cells_analysed_comparator = '<' then false
        end as is_enough
    from mrd semi join myeloma using (patient_id)
    where cells_analysed is not null or list_contains(unreadable, 'cells_analysed')
)
select
    patient_id,
    null::bigint as line,
    collected_on as dated,
    case when bool_or(is_enough) then true when bool_and(is_enough is not null) then false end as passed
from counted
group by patient_id, collected_on
