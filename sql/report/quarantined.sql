-- Why rows were put aside
-- Grain: one rule. A row that breaks several rules counts once under each; tables, apart by commas, the one with the most rows first.
-- Counts: rows_quarantined
-- Rows: listed
with by_table as (
    select rule, "table", count(distinct (source_file, row_number)) as rows_quarantined
    from quarantine
    where not row_kept
    group by rule, "table"
)
select
    rule,
    string_agg("table", ',' order by rows_quarantined desc, "table") as tables,
    sum(rows_quarantined)::bigint as rows_quarantined
from by_table
group by rule
order by rows_quarantined desc, rule
