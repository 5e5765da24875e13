-- Which tests of Table 2 a site records, of any patient at any time: of a test that needs several codes, all of them
-- Grain: one row per test and site. work_up_code: as in work_up_row. What could not be read but says what it is counts.
with seen as (
    select patient_id, 'labs' as "table", analyte as code from labs where value is not null or result is not null
    union all
    select patient_id, 'findings', finding from findings
    union all
    select patient_id, 'imaging', modality from imaging
    union all
    select patient_id, 'cytogenetics', abnormality from cytogenetics
    union all
    select patient_id, 'marrow', 'marrow' from marrow
    union all
    select patient_id, "table", kind
    from unread
    where coalesce("column", 'value') in ('value', 'unit', 'comparator', 'result', 'present')
),
of_site as (
    select distinct coalesce(site_id, 'unknown') as site, "table", code
    from seen join patients using (patient_id)
    where code is not null
)
select asked.test, of_site.site
from of_site join work_up_code as asked on asked."table" = of_site."table" and asked.code in ('*', of_site.code)
group by all
having count(distinct of_site.code) >= any_value(needed)
