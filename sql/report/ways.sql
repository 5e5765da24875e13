-- Of indicators with several ways to pass, how many rows passed by each
-- Grain: one indicator and way, of all sites. The rows of an indicator add up to its numerator.
-- Counts: n
-- Sums: n over passed_by within id
-- Rows: listed
select id, passed_by, count(*) as n
from quality_indicator_row
where passed_by is not null
group by id, passed_by
order by id, n desc, passed_by
