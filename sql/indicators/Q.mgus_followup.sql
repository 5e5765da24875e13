-- Intervals between tests of M-protein of patients with MGUS, and whether each is short enough for when it begins
-- Grain: one row per interval, dated by its beginning: the diagnosis, or a test.
with due as (
    select
        *,
        (begins_on + to_months(
            case
                when begins_on < diagnosis_date + to_months($early_months::integer) then $early_limit_months
                else $late_limit_months
            end::integer
        ))::date + $tolerance_days::integer as due_on
    from precursor_interval
    where precursor = 'MGUS'
)
select
    patient_id,
    null::bigint as line,
    begins_on as dated,
    case when is_assessed then coalesce(next_on <= due_on, false) end as passed
from due
where next_on <= due_on or watched_to >= due_on
