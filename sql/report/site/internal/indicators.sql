-- Rows of the site that do not meet an indicator
-- Grain: one indicator, patient, line and date. Internal: names patients.
select id, states as question, patient_id, line, dated
from quality_indicator_row join criterion using (id)
where site = $site and not passed
order by criterion.rowid, patient_id, line nulls first, dated nulls first
limit $most
