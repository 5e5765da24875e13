-- title: MRD negativity by month from line start
-- question: How many are tested for MRD as a line goes on, and how many of them are negative?
-- grain: one row per span of months from the line's start; a patient counts once in each, by the last date tested in it
-- access: aggregate
-- parameters:
--   line integer = 1: line of therapy
--   category marrow|flow|sequencing|imaging = marrow: which MRD; marrow is flow or sequencing, imaging marrow and PET/CT
--   every_months integer = 3: months of a span, at least 1
--   last_month integer = 36: the last span begins in this month at the latest
-- caveats:
--   Negative at 10⁻⁵ or better; a negative of a coarser or unrecorded sensitivity is unknown.
--   Of flow and sequencing on one date positive counts over negative, negative over unknown.
--   Who is tested is chosen, mostly those in deep response: negative_percent is of the tested, not of the line.
--   Who is negative has lived to be tested: not for comparing survival from the line's start.
-- columns:
--   from_month: first month of the span
--   to_month: month at which it ends, not in it
--   in_line: patients alive, followed and without a next line at its beginning
--   tested: those tested in it
--   negative: negative
--   positive: positive
--   unknown: no test sensitive enough to decide
--   negative_after_cr: negative with a confirmed CR standing
--   tested_percent: tested, of those in line at its beginning
--   negative_percent: negative, of negative and positive
--   negative_low: lower 95 % limit (Wilson)
--   negative_high: upper 95 % limit
with span as (
    select unnest(range(0, $last_month::bigint + 1, greatest($every_months, 1)::bigint)) as from_month
),
in_line as (
    select
        lines.patient_id, lines.start_date,
        coalesce(
            ttnt.days, coalesce(lines.next_line_start, patients.last_contact_date) - lines.start_date
        ) as days
    from lines
    semi join cohort using (patient_id)
    join patients using (patient_id)
    left join time_to_event as ttnt
        on ttnt.patient_id = lines.patient_id and ttnt.line = lines.line and ttnt.endpoint = 'TTNT'
    where lines.line = $line
),
tested as (
    select
        patient_id,
        collected_on,
        floor((collected_on - start_date) / days_per_month() / greatest($every_months, 1))::bigint
        * greatest($every_months, 1) as from_month,
        case when bool_or(mrd = 'positive') then 'positive' when bool_or(mrd = 'negative') then 'negative' end as mrd,
        bool_or(after_cr) as after_cr
    from mrd_status join in_line using (patient_id)
    where line = $line
        and (category = $category or ($category = 'marrow' and category in ('flow', 'sequencing')))
    group by patient_id, collected_on, start_date
),
last_tested as (
    select * from tested
    qualify row_number() over (partition by patient_id, from_month order by collected_on desc) = 1
),
counted as (
    select
        from_month,
        count(*) as tested,
        count(*) filter (mrd = 'negative') as negative,
        count(*) filter (mrd = 'positive') as positive,
        count(*) filter (mrd is null) as unknown,
        count(*) filter (mrd = 'negative' and after_cr) as negative_after_cr
    from last_tested
    group by from_month
),
followed as (
    select from_month, count(in_line.patient_id) as in_line
    from span left join in_line on in_line.days >= from_month * days_per_month()
    group by from_month
)
select
    from_month,
    from_month + greatest($every_months, 1) as to_month,
    in_line,
    coalesce(tested, 0) as tested,
    coalesce(negative, 0) as negative,
    coalesce(positive, 0) as positive,
    coalesce(unknown, 0) as unknown,
    coalesce(negative_after_cr, 0) as negative_after_cr,
    share(coalesce(tested, 0), in_line) as tested_percent,
    share(negative, negative + positive) as negative_percent,
    share_low(negative, negative + positive) as negative_low,
    share_high(negative, negative + positive) as negative_high
from followed left join counted using (from_month)
order by from_month
