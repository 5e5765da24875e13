-- Which tests of Table 2 a site records, of any patient at any time: of a test that needs several codes, all of them
-- Grain: one row per test and site. work_up_code: as in work_up_row. What could not be read but says what it is counts.
with of_site as (
    select distinct coalesce(site_id, 'unknown') as site, "table", code
    from seen_test join patients using (patient_id)
    where code is not null
)
select asked.test, of_site.site
from of_site join work_up_code as asked on asked."table" = of_site."table" and asked.code in ('*', of_site.code)
group by all
having count(distinct of_site.code) >= any_value(needed)
