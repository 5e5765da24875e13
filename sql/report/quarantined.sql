-- Why rows were put aside
-- Grain: one table, rule and column. A row that breaks several rules counts once under each.
select
    "table",
    rule,
    "column",
    count(distinct (source_file, row_number)) as rows_quarantined
from quarantine
group by "table", rule, "column"
order by "table", rows_quarantined desc, rule, "column" nulls last
