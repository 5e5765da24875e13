-- How these results were made
-- Grain: one row. settings and versions are JSON text.
select criteria, version, settings, versions
from run
