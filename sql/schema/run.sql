-- What produced this store: edition, settings, versions. Grain: one row. settings and versions are JSON.
create table run (
    criteria varchar,
    version varchar,
    settings varchar,
    versions varchar
);
