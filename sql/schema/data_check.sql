-- Checks of the registry's own data, of all sites and of each.
-- Grain: one row per check, table, column and site. Words, numbers and decisions of a check: criterion, by id.
-- site null: all sites; unknown: rows whose site is not recorded, or whose patient is not known. A site without a row was
-- not asked. Table or column null: the check is of none in particular; of labs, an analyte stands for its column.
-- Key: id, table, column, site
-- Step: audit
-- Export: yes
create table data_check (
    id          varchar not null,
    dimension   varchar not null,  -- conformance, completeness, plausibility, timeliness, uniqueness
    "table"     varchar,
    "column"    varchar,
    site        varchar,
    violated    bigint not null,
    "of"        bigint not null,   -- rows that can be judged
    threshold   double,            -- the largest share violated that passes; null: none is too large
    verdict     varchar not null   -- pass, fail; not_applicable: no rows to judge by, no threshold, or no known site
);
