-- The rows of one indicator, of a site or of all, by how they came out: failed, met or unknown.
-- Grain: one row per patient, line and date of the indicator.
select patient_id, line, dated, site, passed, passed_by
from quality_indicator_row
where
    id = $id
    and ($site is null or site = $site)
    and passed is not distinct from case $result when 'met' then true when 'failed' then false end
order by patient_id, line nulls first, dated nulls first
