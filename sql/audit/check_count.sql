-- Rows violated and asked about by one check
-- Grain: one row per table, column and site, of what found_count finds; the sign is -1 where they are taken away from a count.
select
    $id as id,
    "table",
    "column",
    site,
    $sign * coalesce(sum(rows) filter (violated), 0)::bigint as violated,
    $sign * coalesce(sum(rows) filter (violated is not null), 0)::bigint as "of",
    $sign < 0 as is_away
from ($found)
group by all
