-- Patients of the site whose R-ISS waits for a test
-- Grain: one set of missing tests. Counts of patients. unknown_because reads `ISS: albumin; R-ISS: ldh, t(4;14)`.
-- Counts: patients
with waiting as (
    select list_filter(string_split(unknown_because, '; '), lambda part: starts_with(part, 'R-ISS: '))[1] as part
    from staging semi join (select patient_id from cohort where coalesce(site_id, 'unknown') = $site) using (patient_id)
)
select replace(replace(part, 'R-ISS: ', ''), ', ', ',') as tests, count(*) as patients
from waiting
where part is not null
group by tests
order by patients desc, tests
limit 10
