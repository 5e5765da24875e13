-- Frailty at the start of line 1, or at diagnosis if never treated
-- Grain: one score and group; frailty_group null: unknown. Counts of patients.
-- Counts: patients
-- Sums: patients over frailty_group within model
select model, frailty_group, count(*) as patients
from frailty semi join cohort using (patient_id)
where coalesce(line, 1) = 1
group by model, frailty_group
order by model desc, list_position(['fit', 'non_frail', 'intermediate', 'frail'], frailty_group) nulls last
