-- How many patients had each test of Table 2, of all sites and of each
-- Grain: one row per test and site (null: all).
select
    test,
    site,
    count(*) filter (status = 'done') as done,
    count(*) filter (status = 'not_done') as not_done,
    count(*) filter (status = 'unknown') as unknown,
    count(*) filter (status = 'never_recorded') as never_recorded,
    done / nullif(done + not_done, 0) as share,
    wilson(done, done + not_done, -1) as share_low,
    wilson(done, done + not_done, 1) as share_high
from work_up_row
group by grouping sets ((test), (test, site))
order by test, site nulls first
