-- Indicators of the quality audit, of all sites and of each.
-- Grain: one row per indicator and site.
-- site null: all sites; unknown: patients whose site is not recorded.
-- denominator counts the known; unknown is counted separately. share and its 95 % interval (Wilson) are fractions;
-- null if all are unknown. An indicator without a row applies to no patient.
-- Key: id, site
-- Step: audit
-- Export: yes
create table quality_indicator (
    id          varchar not null,
    site        varchar,
    numerator   bigint not null,
    denominator bigint not null,
    unknown     bigint not null,
    share       double,
    share_low   double,
    share_high  double
);
