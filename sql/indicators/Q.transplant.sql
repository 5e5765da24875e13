-- Patients below the age limit, not recorded as unfit for transplant, and whether they had one soon after treatment began
-- Grain: one row per patient with a first line. The last record of transplant_ineligible up to the end of the window counts; one that
-- does not say whether it is so leaves it unknown.
with first_line as (
    select
        myeloma.patient_id,
        start_date,
        start_date + to_months($within_months::integer) as due_on,
        date_sub('year', birth_date, diagnosis_date) as age
    from myeloma join lines on lines.patient_id = myeloma.patient_id and line = 1
),
recorded as (
    select findings.patient_id, bool_or(present) as is_unfit
    from findings join first_line on first_line.patient_id = findings.patient_id and observed_on <= due_on
    where finding = 'transplant_ineligible'
    group by findings.patient_id, observed_on
    qualify row_number() over (partition by findings.patient_id order by observed_on desc) = 1
),
done as (
    select first_line.patient_id, bool_or(is_certain) as is_certain
    from first_line join transplant
        on transplant.patient_id = first_line.patient_id and transplanted_on between start_date and due_on
    group by first_line.patient_id
)
select
    first_line.patient_id,
    1::bigint as line,
    start_date as dated,
    case
        when age is null or (recorded.patient_id is not null and is_unfit is null) then null
        when may_be_unread(first_line.patient_id, 'findings', ['transplant_ineligible'], '-infinity'::date, due_on) then null
        when done.is_certain then true
        when done.is_certain is not null then null
        when may_be_unread(first_line.patient_id, 'treatments', ['autologous_transplant'], start_date, due_on) then null
        when known_until >= due_on then false
    end as passed
from first_line
join followed_until using (patient_id)
left join recorded using (patient_id)
left join done using (patient_id)
where coalesce(age < $age_below_years, true) and not coalesce(is_unfit, false)
