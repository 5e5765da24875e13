-- What a run would repair
-- Grain: one row per file, column and rule.
select source_file || coalesce(': ' || "column", '') as place, rule, sum(cells)::bigint as cells
from repair
group by all
order by place, rule
