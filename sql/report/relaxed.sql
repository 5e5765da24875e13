-- What each relaxation decided that this run makes
-- Grain: one relaxation of the edition that is not switched off. Counts of visits that it decided (were_ne: strictly NE; moved: strictly
-- another response), and of lines that have such a visit (progressed: their progression is one, and strictly not on that date).
-- Counts: visits, were_ne, moved, lines, progressed
-- Parts: were_ne of visits; moved of visits; progressed of lines
with decided as (
    select unnest(clauses) as id, patient_id, line, visit_date, response from visits semi join cohort using (patient_id)
),
strict_line as (
    select patient_id, line, min(visit_date) filter (confirmed_response = 'PD') as strict_date from strict_reading group by all
)
select
    id as relaxation,
    count(visit_date) as visits,
    count(*) filter (strict.response = 'NE') as were_ne,
    count(*) filter (strict.response <> decided.response) as moved,
    count(distinct (patient_id, line)) filter (visit_date is not null) as lines,
    count(distinct (patient_id, line)) filter (visit_date = progression_date and progression_date is distinct from strict_date) as progressed
from criterion
left join decided using (id)
left join strict_reading as strict using (patient_id, line, visit_date)
left join strict_line using (patient_id, line)
left join lines using (patient_id, line)
where starts_with(id, 'ROUTINE.') and (numbers::json ->> 'is_taken')::boolean
group by all
order by any_value(criterion.rowid)
