-- Sites, and whether their newest data are old
-- Grain: one row per site. Old: against the newest last contact of the extract.
with latest as (
    select patient_id, max(dated) as dated from accepted_row group by patient_id
)
select
    coalesce(site_id, 'unknown') as site_id,
    max(greatest(last_contact_date, latest.dated)) as dated,
    (select max(last_contact_date) from patients) - max(greatest(last_contact_date, latest.dated))
    > $within_days as violated
from patients left join latest using (patient_id)
group by all
