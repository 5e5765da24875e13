-- What a run would repair
-- Grain: one row per file, column and rule.
select source_file || coalesce(': ' || "column", '') as place, rule, cells
from repair
order by place, rule
