-- Rates of response of each line of therapy
-- Grain: one line number (lines from $last_line on together). Counts of lines; evaluable: with a visit that could be judged.
-- Counts: lines, evaluable, responded, vgpr_or_better, cr_or_better
-- Parts: evaluable of lines; responded of evaluable; vgpr_or_better of responded; cr_or_better of vgpr_or_better
-- Parts: vgpr_or_better of evaluable; cr_or_better of evaluable
-- Sums: lines over line; evaluable over line
-- Labels: line
select
    least(line, $last_line)::bigint as line,
    count(*) as lines,
    count(*) filter (best_response <> 'NE') as evaluable,
    count(*) filter (is_at_least(best_response, 'PR')) as responded,
    count(*) filter (is_at_least(best_response, 'VGPR')) as vgpr_or_better,
    count(*) filter (is_at_least(best_response, 'CR')) as cr_or_better
from lines semi join cohort using (patient_id)
group by all
order by 1
