-- The indicators of the quality audit, with their words
-- Grain: one indicator and site; site null is all sites. In the order of the page: as the edition has them.
-- Counts: numerator, denominator, unknown
-- Parts: numerator of denominator
-- Figures: share, share_low, share_high of numerator, denominator
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
