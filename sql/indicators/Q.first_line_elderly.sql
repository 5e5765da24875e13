-- Patients too old or unfit for transplant, without one in line 1, and whether line 1 began with daratumumab in one of two regimens
-- Grain: one row per patient with a first line. The record of transplant_ineligible nearest its start counts.
with first_line as (
    select
        regimen.*,
        date_sub('year', birth_date, diagnosis_date) >= $age_from_years as is_old
    from line_regimen($regimen_days) as regimen join myeloma using (patient_id)
    where line = 1
),
recorded as (
    select findings.patient_id, bool_or(present) as is_unfit
    from findings join first_line
        on first_line.patient_id = findings.patient_id
        and abs(date_diff('day', start_date, observed_on)) <= $finding_days
    where finding = 'transplant_ineligible' and present is not null
    group by findings.patient_id, observed_on, start_date
    qualify row_number() over (
        partition by findings.patient_id order by abs(date_diff('day', start_date, observed_on)), observed_on
    ) = 1
),
grafted as (
    select patient_id, bool_or(is_certain) as is_certain from transplant where line = 1 group by patient_id
)
select
    first_line.patient_id,
    line::bigint as line,
    start_date as dated,
    case
        when is_old is null and not coalesce(is_unfit, false) or grafted.patient_id is not null then null
        when is_daratumumab_regimen(drugs) then true
        when not has_unnamed then false
    end as passed
from first_line left join recorded using (patient_id) left join grafted using (patient_id)
where (is_old is distinct from false or coalesce(is_unfit, false)) and not coalesce(grafted.is_certain, false)
