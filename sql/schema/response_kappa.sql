-- Weighted kappa of derived and recorded response, of all sites and of each.
-- Grain: one row per kind of derived response and site. site null: all sites; unknown: patients whose site is not recorded.
-- Linear weights over PD < SD < MR < PR < VGPR < CR < sCR; visits where neither is NE. The 95 % interval is the large-sample one
-- of Fleiss, Cohen and Everitt, which takes visits as independent of each other. Null: both only ever used one category.
-- Key: compared, site
-- Step: audit
-- Export: yes
create table response_kappa (
    compared   varchar not null,  -- response, confirmed_response
    site       varchar,
    kappa      double,
    kappa_low  double,
    kappa_high double,
    visits     bigint not null
);
