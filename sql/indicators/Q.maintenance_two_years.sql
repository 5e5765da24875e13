-- Lenalidomide maintenance begun long enough before the extract's last contact, and whether it went on so long, or until progression
-- Grain: one row per patient and line; pauses do not count. Death ends it as progression does. Unknown: a drug of
-- the maintenance is not named, or not known, or its row was refused.
with maintained as (
    select
        *,
        coalesce(
            min(start_date) filter (is_named) over (partition by patient_id, line), min(start_date) over (partition by patient_id, line)
        ) as begun_on,
        begun_on + to_months($for_months::integer) as due_on
    from (
        select patient_id, line, start_date, last_dose_on, next_line_start, until, drug is not null as is_named
        from given_until($days_after_last_dose) semi join myeloma using (patient_id)
        where coalesce(drug, 'lenalidomide') = 'lenalidomide' and phase = 'maintenance'
    )
),
known as (
    select
        maintained.patient_id, line, begun_on,
        case
            when not is_named then null
            when until in ('progression', 'death') or last_dose_on >= due_on then true
            when until = 'now' then case when last_contact >= due_on then true end
            when until = 'stopped' and coalesce(last_dose_on, next_line_start) < due_on then false
        end as is_long_enough
    from maintained join followed_until using (patient_id)
    where coalesce(due_on <= (select latest_contact from of_extract), true)
)
select
    patient_id,
    line::bigint as line,
    begun_on as dated,
    case when bool_or(is_long_enough) then true when bool_and(is_long_enough is not null) then false end as passed
from known
group by patient_id, line, begun_on
