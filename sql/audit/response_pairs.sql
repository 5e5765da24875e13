-- Pairs of categories for kappa, of all sites and of each; NE is no category of its order
-- Grain: one row per kind of derived response, site (null: all) and pair.
with of_site as (
    select
        coalesce(site_id, 'unknown') as site,
        recorded,
        unnest(['response', 'confirmed_response']) as compared,
        unnest([derived, confirmed]) as derived
    from judged join patients using (patient_id)
)
select compared, site, recorded, derived, count(*) as visits
from of_site
where recorded <> 'NE' and derived <> 'NE'
group by grouping sets ((compared, recorded, derived), (compared, site, recorded, derived))
order by all nulls first
