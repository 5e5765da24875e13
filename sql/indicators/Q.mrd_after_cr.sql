-- Lines with confirmed CR or better, and whether minimal residual disease was tested about then
-- Grain: one row per patient and line, dated by the first visit of confirmed CR.
with reached as (
    select patient_id, line, min(visit_date) as reached_on
    from visits
    where is_at_least(confirmed_response, 'CR')
    group by patient_id, line
)
select
    reached.patient_id,
    reached.line,
    reached_on as dated,
    case
        when count(mrd.collected_on) > 0 then true
        when may_be_unread(reached.patient_id, 'mrd', null::varchar[], reached_on - $days_before::integer, reached_on + $days_after::integer) then null
        when (select has_mrd from of_extract) and watched_to >= reached_on + $days_after::integer then false
    end as passed
from reached
join line_watched using (patient_id, line)
left join mrd
    on mrd.patient_id = reached.patient_id
    and date_diff('day', reached_on, mrd.collected_on) between -$days_before and $days_after
    and mrd.collected_on <= coalesce(next_line_start, 'infinity')
-- the best response of a line stops at its progression: what looks like CR after it is none
where is_at_least(best_response, 'CR')
group by reached.patient_id, reached.line, reached_on, watched_to
