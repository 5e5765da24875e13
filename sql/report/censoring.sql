-- What the rule of censoring changes in PFS of line 1
-- Grain: one rule. `changed` counts the lines whose time or event is another than under the rule first named, imwg.
-- Counts: lines, events, changed, changed_event
-- Parts: events of lines; changed of lines; changed_event of changed
with line_1 as (
    select * from pfs_by_censoring semi join cohort using (patient_id)
    where line = 1
),
imwg as (select patient_id, days, event from line_1 where censoring = 'imwg')
select
    censoring,
    count(*) as lines,
    count(*) filter (line_1.event) as events,
    count(*) filter (line_1.days is distinct from imwg.days or line_1.event is distinct from imwg.event) as changed,
    count(*) filter (line_1.event is distinct from imwg.event) as changed_event
from line_1 join imwg using (patient_id)
group by censoring
order by case censoring when 'imwg' then 1 when 'fda' then 2 else 3 end
