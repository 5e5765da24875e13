-- What each relaxation decided that this run makes
-- Grain: one relaxation of the edition that is not switched off. Counts of visits that it decided (very_good: VGPR or better), and of
-- lines that have such a visit (progressed: their progression is one).
-- Counts: visits, very_good, lines, progressed
-- Parts: very_good of visits; progressed of lines
with decided as (
    select unnest(clauses) as id, patient_id, line, visit_date, response from visits semi join cohort using (patient_id)
)
select
    id as relaxation,
    count(visit_date) as visits,
    count(*) filter (response in ('VGPR', 'CR', 'sCR')) as very_good,
    count(distinct (patient_id, line)) filter (visit_date is not null) as lines,
    count(distinct (patient_id, line)) filter (visit_date = progression_date) as progressed
from criterion
left join decided using (id)
left join lines using (patient_id, line)
where starts_with(id, 'ROUTINE.') and (numbers::json ->> 'is_taken')::boolean
group by all
order by any_value(criterion.rowid)
