-- title: Sustained MRD negativity
-- question: How many who become MRD negative, in marrow and imaging, still are a year later?
-- grain: one row per line number
-- access: aggregate
-- parameters: none
-- caveats:
--   Sustained is MRD.sustained: negative in marrow and on PET/CT, both again at least a year later, no positive between. The
--     year may have begun in an earlier line; the line is that of the later test.
--   A patient who was not tested again is neither: the percentage is of those sustained and those lost.
--   Who is sustained has lived the year: not for comparing survival from the line's start.
-- columns:
--   line: line of therapy
--   lines: lines begun
--   marrow_tested: those with a marrow test in them sensitive enough
--   marrow_negative: those negative in marrow at least once
--   imaged: those with marrow and PET/CT near each other sensitive enough
--   imaging_negative: those negative in both at least once; sustained, lost and open add up to it
--   sustained: negative in both again after a year or more, none positive between
--   lost: not sustained, and positive in marrow or PET/CT later in the line
--   open: neither, as no later test says so
--   sustained_percent: of sustained and lost
--   sustained_low: lower 95 % limit (Wilson)
--   sustained_high: upper 95 % limit
with status as (
    select
        patient_id, line,
        count(*) filter (category in ('flow', 'sequencing') and mrd is not null) > 0 as is_marrow_tested,
        count(*) filter (category in ('flow', 'sequencing') and mrd = 'negative') > 0 as is_marrow_negative,
        count(*) filter (category = 'imaging' and mrd is not null) > 0 as is_imaged,
        min(collected_on) filter (category = 'imaging' and mrd = 'negative') as negative_on,
        max(collected_on) filter (mrd = 'positive') as last_positive_on,
        count(*) filter (category = 'sustained' and mrd = 'negative') > 0 as is_sustained
    from mrd_status
    where line is not null
    group by patient_id, line
),
-- A PET/CT with uptake ends it too, with or without a marrow test near.
scan as (
    select lines.patient_id, lines.line, max(imaging.performed_on) as uptake_on
    from lines join imaging
        on imaging.patient_id = lines.patient_id and imaging.performed_on > lines.start_date
        and (lines.next_line_start is null or imaging.performed_on <= lines.next_line_start)
    where imaging.modality = 'pet_ct' and imaging.fdg_uptake = 'positive'
    group by all
),
counted as (
    select
        lines.line,
        count(*) as lines,
        count(*) filter (is_marrow_tested) as marrow_tested,
        count(*) filter (is_marrow_negative) as marrow_negative,
        count(*) filter (is_imaged) as imaged,
        count(*) filter (negative_on is not null) as imaging_negative,
        count(*) filter (is_sustained) as sustained,
        count(*) filter (
            not is_sustained and greatest(last_positive_on, uptake_on) > negative_on
        ) as lost
    from lines
    semi join cohort using (patient_id)
    left join status using (patient_id, line)
    left join scan using (patient_id, line)
    group by lines.line
)
select
    line, lines, marrow_tested, marrow_negative, imaged, imaging_negative, sustained, lost,
    imaging_negative - sustained - lost as open,
    share(sustained, sustained + lost) as sustained_percent,
    share_low(sustained, sustained + lost) as sustained_low,
    share_high(sustained, sustained + lost) as sustained_high
from counted
order by line
