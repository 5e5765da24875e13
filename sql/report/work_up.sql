-- The work-up at diagnosis test by test
-- Grain: one test and site that records it; site null is all sites. known: done or not done. sites_never: of all sites, those that never
-- record it, which have no row; is_never: none does.
-- Counts: done, known, unknown
-- Parts: done of known
-- Sums: done over site within test; known over site within test; unknown over site within test
-- Figures: share of done, known
-- Labels: sites_never, is_never
with counted as (
    select
        *,
        count(*) filter (site is not null and never_recorded > 0) over (partition by test) as never_by,
        count(site) over (partition by test) as sites
    from work_up
)
select
    test,
    site,
    done,
    done + not_done as known,
    unknown,
    share,
    case when site is null then never_by end as sites_never,
    case when site is null then never_by = sites end as is_never
from counted
where site is null or never_recorded = 0
order by test, site nulls first
