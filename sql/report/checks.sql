-- The data checks, those that fail first
-- Grain: one check and site; site null is all sites.
-- Counts: violated, of
-- Parts: violated of of
-- Labels: threshold
select id, states, "table", "column", site, violated, "of", threshold, verdict
from data_check left join criterion using (id)
order by
    case verdict when 'fail' then 1 when 'pass' then 2 else 3 end,
    violated / nullif("of", 0) desc nulls last, id, "table", "column", site nulls first
