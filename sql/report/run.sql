-- How these results were made
-- Grain: one row. settings and versions are JSON text.
-- Counts: none
select criteria, version, settings, versions, dates_invented
from run
order by number desc
limit 1
