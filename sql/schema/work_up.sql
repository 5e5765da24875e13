-- The work-up at diagnosis test by test (Q.work_up), of all sites and of each.
-- Grain: one row per test and site.
-- site null: all sites; unknown: patients whose site is not recorded. The four counts of patients add up to those with myeloma; where a
-- site never records a test, all of its patients who did not have it are never_recorded. share: of done and not done; null of none.
-- Key: test, site
-- Step: audit
-- Export: yes
create table work_up (
    test           varchar not null,
    site           varchar,
    done           bigint not null,
    not_done       bigint not null,
    unknown        bigint not null,
    never_recorded bigint not null,
    share          double,
    share_low      double,  -- 95 % (Wilson)
    share_high     double
);
