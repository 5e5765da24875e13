-- Derived response against the one that the clinic recorded at the same visit.
-- Grain: one row per line of therapy and pair of categories that occurs, NE included; visits that the clinic judged too.
-- Key: line, recorded, derived
-- Step: audit
-- Export: yes
create table response_agreement (
    line     bigint not null,
    recorded varchar not null,  -- by the clinic
    derived  varchar not null,  -- response, before confirmation: what the visit itself shows
    visits   bigint not null
);
