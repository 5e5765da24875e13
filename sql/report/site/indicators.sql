-- The site's indicators beside the whole registry's
-- Grain: one indicator. In the order of the page; of_registry is the share of all sites.
-- Counts: numerator, denominator, unknown, missed, registry_numerator, registry_denominator
-- Parts: numerator of denominator; registry_numerator of registry_denominator
-- Sums: denominator = numerator + missed
-- Figures: share, share_low, share_high of numerator, denominator; of_registry of registry_numerator, registry_denominator
select
    of_site.id, of_site.numerator, of_site.denominator, of_site.unknown,
    of_site.denominator - of_site.numerator as missed,
    of_site.share, of_site.share_low, of_site.share_high,
    of_all.share as of_registry,
    of_all.numerator as registry_numerator,
    of_all.denominator as registry_denominator,
    states as question,
    about ->> '$.group' as "group",
    about ->> '$.rows' as rows,
    about ->> '$.denominator' as denominator_words,
    about ->> '$.numerator' as numerator_words
from quality_indicator as of_site
join quality_indicator as of_all on of_all.id = of_site.id and of_all.site is null
join criterion on criterion.id = of_site.id
where of_site.site = $site
order by criterion.rowid
