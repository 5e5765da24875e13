-- Intervals between tests of M-protein of patients with a precursor, and whether each is short enough for when it begins: so many
-- months at most in the first period since the diagnosis, in the second, and later
-- Grain: one row per interval, dated by its beginning: the diagnosis, or a test.
create or replace temp macro precursor_tested(
    of_precursor, first_months, first_limit_months, second_months, second_limit_months, late_limit_months, tolerance_days
) as table
with due as (
    select
        *,
        (begins_on + to_months(
            case
                when begins_on < diagnosis_date + to_months(first_months::integer) then first_limit_months
                when begins_on < diagnosis_date + to_months(second_months::integer) then second_limit_months
                else late_limit_months
            end::integer
        ))::date + tolerance_days::integer as due_on
    from precursor_interval
    where precursor = of_precursor
)
select
    patient_id,
    null::bigint as line,
    begins_on as dated,
    case when is_assessed then coalesce(next_on <= due_on, false) end as passed
from due
where next_on <= due_on or watched_to >= due_on
