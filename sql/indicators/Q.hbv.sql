-- Patients with myeloma, and whether hepatitis B was looked for before the first dose: antigen and both antibodies
-- Grain: one row per patient. A test that the patient's site never records leaves it unknown.
with asked as (
    select unnest($analytes::varchar[]) as analyte
),
tested as (
    select patient_id, analyte, min(collected_on) as first_on
    from labs semi join asked using (analyte)
    where value is not null or result is not null
    group by all
),
recorded as (
    select distinct coalesce(site_id, 'unknown') as site, analyte from tested join patients using (patient_id)
)
select
    first_start.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when first_start.first_start is null then null
        when bool_and(coalesce(first_on <= first_start.first_start, false)) then true
        when bool_or(recorded.analyte is null) then null
        when may_be_unread(first_start.patient_id, 'labs', $analytes, '-infinity'::date, first_start.first_start) then null
        else false
    end as passed
from first_start
join patients using (patient_id)
cross join asked
left join tested on tested.patient_id = first_start.patient_id and tested.analyte = asked.analyte
left join recorded on recorded.site = coalesce(site_id, 'unknown') and recorded.analyte = asked.analyte
group by first_start.patient_id, first_start.first_start
