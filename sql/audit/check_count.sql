-- Rows violated and asked about by each check, of what was found
-- Grain: one row per check, table, column and site; the sign is -1 where they are taken away from a count.
select
    id,
    "table",
    "column",
    site,
    $sign * coalesce(sum(rows) filter (violated), 0)::bigint as violated,
    $sign * coalesce(sum(rows) filter (violated is not null), 0)::bigint as "of",
    $sign < 0 as is_away
from found
group by id, "table", "column", site
