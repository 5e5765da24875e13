-- Rows violated and asked about, of all sites and of each, with the verdict
-- Grain: one row per check, table, column and site (null: all); one row of nothing for each of $places where no row is asked about.
with place as (
    select unnest(
        $places::struct(id varchar, "table" varchar, "column" varchar, threshold double, is_alone boolean)[],
        recursive := true
    )
),
of_site as (
    select id, "table", "column", site, sum(violated)::bigint as violated, sum("of")::bigint as "of"
    from check_count
    group by all
),
counted as (
    select id, "table", "column", null as site, sum(violated)::bigint as violated, sum("of")::bigint as "of"
    from of_site
    group by id, "table", "column"
    union all
    from of_site
),
at_least_one as (
    select
        place.id,
        case when counted."of" is null then place."table" else counted."table" end as "table",
        case when counted."of" is null then place."column" else counted."column" end as "column",
        site,
        coalesce(violated, 0) as violated,
        coalesce("of", 0) as "of",
        threshold
    from place left join counted
        on counted.id = place.id
        -- what is asked alone says itself which tables and columns its rows are of
        and (is_alone or (counted."table" = place."table" and counted."column" = place."column"))
)
select
    *,
    string_split(id, '.')[1] as dimension,
    case
        when "of" = 0 or threshold is null or site = 'unknown' then 'not_applicable'
        -- exact: 29 of 100 is 0.29, which binary floating point does not say
        when violated <= threshold::decimal(9, 6) * "of" then 'pass'
        else 'fail'
    end as verdict
from at_least_one
