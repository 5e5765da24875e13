-- Lines that reach negative immunofixation in both fluids, and whether marrow was examined after
-- Grain: one row per patient and line, dated by the first such visit. One whose figures contradict it does not count.
with reached as (
    select patient_id, line, min(visit_date) as reached_on
    from visit_evidence join visits using (patient_id, line, visit_date)
    where not serum_immunofixation_positive and not urine_immunofixation_positive
        and not list_contains(coalesce(flags, []), 'contradictory_immunofixation')
    group by patient_id, line
)
select
    reached.patient_id,
    reached.line,
    reached_on as dated,
    case
        when count(marrow.collected_on) > 0 then true
        when may_be_unread(reached.patient_id, 'marrow', null::varchar[], reached_on, reached_on + $window_days::integer) then null
        when (select has_marrow from of_extract) and watched_to >= reached_on + $window_days::integer then false
    end as passed
from reached
join line_watched using (patient_id, line)
left join marrow
    on marrow.patient_id = reached.patient_id
    and date_diff('day', reached_on, marrow.collected_on) between 0 and $window_days
    and marrow.collected_on <= coalesce(next_line_start, 'infinity')
group by reached.patient_id, reached.line, reached_on, watched_to
