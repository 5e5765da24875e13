-- What is unknown, over all lines and visits
-- Grain: one row. Visits within a line; lines without PFS, and those of which it is unknown whether they progressed.
-- Counts: visits, not_evaluable, limited, lines, without_pfs, undecided
-- Parts: not_evaluable of visits; limited of visits; without_pfs of lines; undecided of lines
with in_line as (
    select response, limited_by from visits semi join cohort using (patient_id) where line is not null
),
known as (
    select t.patient_id is not null as has_pfs, t.event is not null as is_decided
    from lines as l
    semi join cohort using (patient_id)
    left join time_to_event as t
        on t.patient_id = l.patient_id and t.line = l.line and t.endpoint = 'PFS' and t.origin = 'line_start'
)
select
    (select count(*) from in_line) as visits,
    (select count(*) from in_line where response = 'NE') as not_evaluable,
    (select count(*) from in_line where response <> 'NE' and len(limited_by) > 0) as limited,
    (select count(*) from known) as lines,
    (select count(*) from known where not has_pfs) as without_pfs,
    (select count(*) from known where has_pfs and not is_decided) as undecided
