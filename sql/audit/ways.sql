-- Of indicators with several ways to pass, how many rows passed by each
-- Grain: one row per indicator and way; of the site asked for (null: of all).
select id, passed_by, count(*) as n
from quality_indicator_row
where passed_by is not null and ($site::varchar is null or site = $site)
group by id, passed_by
order by id, n desc, passed_by
