-- Why cells were set aside while their rows stay
-- Grain: one rule; tables, apart by commas, the one with the most cells first.
-- Counts: cells_set_aside
-- Rows: listed
with by_table as (
    select rule, "table", count(distinct (source_file, row_number, "column")) as cells
    from quarantine
    where row_kept
    group by rule, "table"
)
select
    rule,
    string_agg("table", ',' order by cells desc, "table") as tables,
    sum(cells)::bigint as cells_set_aside
from by_table
group by rule
order by cells_set_aside desc, rule
