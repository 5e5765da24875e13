-- The work-up at diagnosis test by test
-- Grain: one test and site that records it; site null is all sites. known: done or not done.
-- Counts: done, known, unknown
-- Parts: done of known
-- Sums: done over site within test; known over site within test; unknown over site within test
-- Figures: share of done, known
select test, site, done, done + not_done as known, unknown, share
from work_up
where site is null or never_recorded = 0
order by test, site nulls first
