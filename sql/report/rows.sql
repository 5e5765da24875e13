-- What became of all rows read
-- Grain: one row. rows_read = rows_accepted + rows_quarantined.
-- Counts: rows_read, rows_accepted, rows_quarantined
-- Sums: rows_read = rows_accepted + rows_quarantined
-- Labels: files
select
    count(distinct regexp_replace(source_file, ' \[[a-z_]+( [0-9]+)?\]$', '')) as files,
    coalesce(sum(rows_read), 0)::bigint as rows_read,
    coalesce(sum(rows_accepted), 0)::bigint as rows_accepted,
    coalesce(sum(rows_quarantined), 0)::bigint as rows_quarantined
from source_file
