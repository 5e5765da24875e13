-- Rows violated and asked about, of all sites and of each, with the verdict
-- Grain: one row per table, column and site (null: all); one row of nothing where no row is asked about.
with counted as (
    select
        "table",
        "column",
        site,
        count(*) filter (violated) as violated,
        count(violated) as "of"
    from ($found)
    group by grouping sets (("table", "column"), ("table", "column", site))
),
at_least_one as (
    from counted
    union all
    select $table as "table", $column as "column", null as site, 0 as violated, 0 as "of"
    where not exists (from counted)
)
select
    $id as id,
    string_split($id, '.')[1] as dimension,
    *,
    $threshold::double as threshold,
    case
        when "of" = 0 or $threshold is null or site = 'unknown' then 'not_applicable'
        -- exact: 29 of 100 is 0.29, which binary floating point does not say
        when violated <= $threshold::decimal(9, 6) * "of" then 'pass'
        else 'fail'
    end as verdict
from at_least_one
