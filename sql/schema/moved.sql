-- What moved since the store's last run, of those that are in both. Empty in a store's first run.
-- Grain: one row per subject (response, confirmed response: of visits; best response, progression, PFS: of lines; ISS,
-- R-ISS: of patients), was and now.
-- Key: subject, was, now
-- Step: audit
-- Export: no, it depends on the last run
-- Carry: no
create table moved (
    subject  varchar not null,
    was      varchar not null,
    now      varchar not null,
    moved    bigint not null,  -- visits, lines or patients
    patients bigint not null
);
