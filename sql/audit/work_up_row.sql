-- What became of each test of Table 2 in the days before the first line
-- Grain: one row per patient with myeloma and test. work_up_code: by test, the codes that show it was done, each with its table ('*': any
-- row of it), and how many different ones are needed; recorded_test: by test, the sites that record it at all.
with near as (
    select patient_id, "table", code, is_done
    from seen_test join first_start using (patient_id)
    where first_start.first_start is not null
        and coalesce(date_diff('day', dated_on, first_start.first_start) between 0 and $window_days, true)
),
examined as (
    select
        patient_id,
        asked.test,
        count(distinct coalesce(near.code, asked.code)) filter (near.code is not null and is_done) >= any_value(needed)
            as is_done,
        bool_or(near.code is null or is_done is null) as may_be_done
    from near join work_up_code as asked
        on asked."table" = near."table" and (near.code is null or asked.code in ('*', near.code))
    group by all
)
select
    asked.test,
    coalesce(site_id, 'unknown') as site,
    patient.patient_id,
    case
        when examined.is_done then 'done'
        when recorded.test is null then 'never_recorded'
        when patient.first_start is null or may_be_done then 'unknown'
        else 'not_done'
    end as status
from first_start as patient
join patients using (patient_id)
cross join (select distinct test from work_up_code) as asked
left join examined on examined.patient_id = patient.patient_id and examined.test = asked.test
left join recorded_test as recorded on recorded.test = asked.test and recorded.site = coalesce(site_id, 'unknown')
