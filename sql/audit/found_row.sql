-- The rows that a check asks about, with the site of each
-- Grain: one row per row of asked_row. site: its own, else its patient's.
with found as (
$asked
)
select found.* exclude (site_id, rows), coalesce(found.site_id, patients.site_id, 'unknown') as site
from found left join patients using (patient_id)
