-- What became of the rows read
-- Grain: one table of the extract. rows_read = rows_accepted + rows_quarantined.
-- Counts: rows_read, rows_accepted, rows_quarantined
-- Sums: rows_read = rows_accepted + rows_quarantined
-- Sums: rows_read over table; rows_accepted over table; rows_quarantined over table
-- Labels: files
select
    "table",
    count(distinct regexp_replace(source_file, ' \[[a-z_]+( [0-9]+)?\]$', '')) as files,
    sum(rows_read)::bigint as rows_read,
    sum(rows_accepted)::bigint as rows_accepted,
    sum(rows_quarantined)::bigint as rows_quarantined
from source_file
group by "table"
order by "table"
