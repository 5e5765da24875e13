-- Every indicator of the store's edition, of all sites and of one
-- Grain: one row per indicator and site asked for; counts are 0 where it applies to no patient there.
with asked as (
    select id, states, about, unnest([null, $site]) as site from criterion where id like 'Q.%' and about ->> 'group' is not null
)
select
    about ->> 'group' as "group",
    asked.id,
    states as question,
    asked.site,
    coalesce(numerator, 0) as numerator,
    coalesce(denominator, 0) as denominator,
    coalesce(unknown, 0) as unknown,
    share,
    share_low,
    share_high
from (select distinct * from asked) as asked
left join quality_indicator
    on quality_indicator.id = asked.id and quality_indicator.site is not distinct from asked.site
