-- The indicators of the last run beside those of this one
-- Grain: one row per indicator and site. last_indicator: the last run's quality_indicator, with its edition and numbers.
with now as (
    select quality_indicator.*, run.criteria, criterion.numbers, about ->> 'kind' as kind
    from quality_indicator
    left join criterion using (id)
    cross join (select * from run order by number desc limit 1) as run
)
select
    coalesce(now.id, before.id) as id,
    coalesce(now.site, before.site) as site,
    before.share as share_before,
    now.share as share_now,
    before.numerator as numerator_before,
    before.denominator as denominator_before,
    now.numerator as numerator_now,
    now.denominator as denominator_now,
    case
        when before.id is null or (before.share is null and now.share is not null) then 'new'
        when now.id is null or (now.share is null and before.share is not null) then 'gone'
        when now.criteria <> before.criteria or now.numbers <> before.numbers then 'redefined'
        when now.kind = 'descriptive' then 'same'
        -- shares are quotients in binary: a difference of exactly the threshold is not above it
        when round(now.share - before.share, 9) > $share_difference then 'better'
        when round(before.share - now.share, 9) > $share_difference then 'worse'
        else 'same'
    end as verdict
from now full join last_indicator as before
    on now.id = before.id and now.site is not distinct from before.site
