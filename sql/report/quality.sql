-- The indicators of the quality audit, with their words
-- Grain: one indicator and site; site null is all sites. In the order of the page: as the edition has them.
-- outside and is_low (beyond which limits of the funnel) are added before the release.
-- Counts: numerator, denominator, unknown
-- Parts: numerator of denominator
-- Sums: numerator over site within id; denominator over site within id; unknown over site within id
-- Figures: share, share_low, share_high, outside, is_low of numerator, denominator
select
    id, site, numerator, denominator, unknown, share, share_low, share_high,
    states as question,
    citation,
    about ->> '$.group' as "group",
    about ->> '$.rows' as rows,
    about ->> '$.denominator' as denominator_words,
    about ->> '$.numerator' as numerator_words,
    about ->> '$.reference' as reference,
    about ->> '$.grade' as grade
from quality_indicator join criterion using (id)
order by criterion.rowid, site nulls first
