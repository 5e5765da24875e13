-- How far the derived responses agree with the clinic's
-- Grain: one site; site null is all sites. The response that the visit itself shows, as in agreement.
-- Counts: visits
-- Sums: visits over site
-- Figures: kappa, kappa_low, kappa_high of visits
select site, kappa, kappa_low, kappa_high, visits from response_kappa
where compared = 'response'
order by site nulls first
