-- Lines after a relapse that a second autograft is open for, and whether it was given in them
-- Grain: one row per patient: the line after the first relapse since the first autograft, dated by its start.
with relapsed as (
    select relapse.patient_id, transplant_again, lines.next_line_start
    from relapse semi join myeloma using (patient_id) join lines using (patient_id, line)
    where transplant_again is distinct from false
    qualify row_number() over (partition by relapse.patient_id order by relapse.progression_date, relapse.line) = 1
),
treated as (
    select
        patient_id, transplant_again, lines.line, start_date, lines.next_line_start,
        start_date + to_months($within_months::integer) as due_on
    from relapsed join lines using (patient_id)
    where start_date >= relapsed.next_line_start
    qualify row_number() over (partition by patient_id order by start_date, line) = 1
)
select
    treated.patient_id,
    treated.line,
    treated.start_date as dated,
    case
        when transplant_again is null then null
        when bool_or(is_certain) then true
        when bool_or(not is_certain) then null
        when may_be_unread(treated.patient_id, 'treatments', ['autologous_transplant'], treated.start_date, due_on) then null
        when known_until >= due_on or next_line_start is not null then false
    end as passed
from treated
join followed_until using (patient_id)
left join transplant
    on transplant.patient_id = treated.patient_id
    and transplant.line = treated.line
    and coalesce(transplanted_on <= due_on, true)
group by treated.patient_id, treated.line, treated.start_date, transplant_again, due_on, known_until, next_line_start
