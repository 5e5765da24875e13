-- Visits of the site whose response waits for a test, those without a response first
-- Grain: one visit. Internal: names patients.
select patient_id, visit_date as dated, line, response, possible_response, list_sort(list_distinct(limited_by)) as tests
from visits semi join (select patient_id from cohort where coalesce(site_id, 'unknown') = $site) using (patient_id)
where len(limited_by) > 0
order by response = 'NE' desc, is_at_least(possible_response, 'CR') and not is_at_least(response, 'CR') desc, patient_id, visit_date
limit $most
