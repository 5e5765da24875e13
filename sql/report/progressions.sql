-- Where each line's PFS comes from
-- Grain: one line number (lines from $last_line on together). Counts of lines.
-- with_pfs = derived + reported: PFS from visits, from the clinic's record; undecided: whether it progressed is unknown; none: no PFS.
-- Counts: lines, with_pfs, derived, reported, undecided, none
-- Sums: lines = with_pfs + undecided + none; with_pfs = derived + reported
-- Sums: lines over line; with_pfs over line; derived over line; reported over line; undecided over line; none over line
-- Labels: line
select
    least(l.line, $last_line)::bigint as line,
    count(*) as lines,
    count(*) filter (t.event is not null) as with_pfs,
    count(*) filter (t.event is not null and t.progression_source is distinct from 'reported') as derived,
    count(*) filter (t.event is not null and t.progression_source = 'reported') as reported,
    count(*) filter (t.patient_id is not null and t.event is null) as undecided,
    count(*) filter (t.patient_id is null) as none
from lines as l
semi join cohort using (patient_id)
left join time_to_event as t
    on t.patient_id = l.patient_id and t.line = l.line and t.endpoint = 'PFS' and t.origin = 'line_start'
group by all
order by 1
