-- How often the recorded diagnosis is contradicted, of a site where one is asked for
-- Grain: one recorded diagnosis, derived one (null: none holds), and clause that speaks against the recorded.
select recorded, derived, clause, count(*) as patients
from diagnosis_disagreement join patients using (patient_id)
where $site::varchar is null or coalesce(site_id, 'unknown') = $site
group by recorded, derived, clause
order by patients desc, recorded, derived nulls last, clause
