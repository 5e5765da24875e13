-- Patients whose first bone agent was begun with a low creatinine clearance, and whether it was denosumab
-- Grain: one row per patient. The clearance recorded nearest the day counts; without one, Cockcroft and Gault's, from age, sex, and the
-- creatinine and weight nearest the day. Unknown: neither, or a bone agent's day could not be read. A comparator decides where the figure with it does.
with measured as (
    select
        first_bone_agent.patient_id,
        analyte as measure,
        case comparator when '<' then -2 when '<=' then -1 when '>=' then 1 when '>' then 2 else 0 end as beyond,
        value,
        collected_on as on_date,
        begun_on
    from first_bone_agent join labs
        on labs.patient_id = first_bone_agent.patient_id
        and analyte in ('creatinine_clearance', 'creatinine')
        and value is not null
        and abs(date_diff('day', begun_on, collected_on)) <= $laboratory_days
    union all
    select first_bone_agent.patient_id, 'weight', 0, value, observed_on, begun_on
    from first_bone_agent join findings
        on findings.patient_id = first_bone_agent.patient_id
        and finding = 'weight_kg'
        and value > 0
        and abs(date_diff('day', begun_on, observed_on)) <= $finding_days
),
nearest as (
    select *
    from measured
    qualify row_number() over (
        partition by patient_id, measure order by abs(date_diff('day', begun_on, on_date)), on_date, value, beyond
    ) = 1
),
known as (
    select
        patient_id,
        max(value) filter (measure = 'creatinine_clearance') as recorded,
        max(beyond) filter (measure = 'creatinine_clearance') as recorded_beyond,
        max(value) filter (measure = 'creatinine' and value > 0) as creatinine,
        max(beyond) filter (measure = 'creatinine') as creatinine_beyond,
        max(value) filter (measure = 'weight') as weight
    from nearest
    group by patient_id
),
cleared as (
    select
        patient_id,
        is_denosumab,
        is_dated,
        begun_on,
        coalesce(
            recorded,
            round(
                ($gault_age_years - date_sub('year', birth_date, begun_on)) * weight / ($gault_divisor * creatinine)
                * case sex when 'F' then $gault_women when 'M' then 1 end,
                6
            )
        ) as clearance,
        -- more creatinine is less clearance
        coalesce(recorded_beyond, -creatinine_beyond) as beyond
    from first_bone_agent join patients using (patient_id) left join known using (patient_id)
),
judged as (
    select
        *,
        case
            when clearance < $clearance_below_ml_min and beyond <= 0 then true
            when clearance = $clearance_below_ml_min and beyond = -2 then true
            when clearance >= $clearance_below_ml_min and beyond >= 0 then false
        end as is_low
    from cleared
)
select patient_id, null::bigint as line, begun_on as dated, case when is_low and is_dated then is_denosumab end as passed
from judged
where is_low is distinct from false
