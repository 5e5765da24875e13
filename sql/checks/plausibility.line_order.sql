-- Lines after a patient's first by number, and whether they do not start after the one before
-- Grain: one row per such line; two that start on one day are one row.
with numbered as (
    select
        patient_id,
        start_date,
        start_date <= lag(start_date) over (partition by patient_id order by line) as violated
    from lines
)
select patient_id, 'lines' as "table", start_date as dated, bool_or(violated) as violated
from numbered
where violated is not null
group by patient_id, start_date
