-- Shares of the indicators, of all sites and of each
-- Grain: one row per indicator and site (null: all). unknown rows are neither in the denominator nor in the numerator.
select
    id,
    site,
    count(*) filter (passed) as numerator,
    count(passed) as denominator,
    count(*) - count(passed) as unknown,
    numerator / nullif(denominator, 0) as share,
    wilson(numerator, denominator, -1) as share_low,
    wilson(numerator, denominator, 1) as share_high
from quality_indicator_row
group by grouping sets ((id), (id, site))
order by id, site nulls first
