-- The patients of one test of the work-up by what became of it, of a site or of all.
-- Grain: one row per patient.
select patient_id, site
from work_up_row
where test = $test and status = $status and ($site is null or site = $site)
order by patient_id
