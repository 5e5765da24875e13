-- The work-up at diagnosis test by test
-- Grain: one test and site; site null is all sites. known: done or not done. sites_never: of all sites, those that never record it; is_never:
-- none does.
-- Counts: done, known, unknown
-- Parts: done of known
-- Sums: done over site within test; known over site within test; unknown over site within test
-- Figures: share of done, known
-- Labels: sites_never, is_never
select
    test,
    site,
    done,
    done + not_done as known,
    unknown,
    share,
    case when site is null then count(*) filter (site is not null and never_recorded > 0) over (partition by test) end as sites_never,
    case when site is null then sites_never = count(site) over (partition by test) end as is_never
from work_up
order by test, site nulls first
