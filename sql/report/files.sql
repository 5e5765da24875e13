-- What became of the rows read
-- Grain: one table of the extract. rows_read = rows_accepted + rows_quarantined.
select
    "table",
    count(*) as files,
    sum(rows_read)::bigint as rows_read,
    sum(rows_accepted)::bigint as rows_accepted,
    sum(rows_quarantined)::bigint as rows_quarantined
from source_file
group by "table"
order by "table"
