-- A site's survival beside the whole registry's
-- Grain: one curve of the site, or of all sites (stratum `all`).
-- Release: survival
select *
from survival
where stratum_by = 'overall' or (stratum_by = 'site' and stratum = $site)
order by endpoint, origin, line nulls first, stratum_by desc
