-- Data checks that fail at the site
-- Grain: one check, table and column.
-- Counts: violated, of
-- Parts: violated of of
select id, states, "table", "column", violated, "of"
from data_check left join criterion using (id)
where site = $site and verdict = 'fail'
order by violated / nullif("of", 0) desc nulls last, id, "table", "column"
