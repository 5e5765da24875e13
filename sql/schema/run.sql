-- What produced this store: edition, settings, versions, of this run (the greatest number) and of each before it.
-- Grain: one row per run. settings and versions are JSON.
-- Key: number
-- Step: find_changes
-- Export: no, it depends on the clock
create table run (
    criteria         varchar not null,
    version          varchar not null,
    settings         varchar not null,
    versions         varchar not null,
    code             varchar not null,    -- digest of the rules, their numbers and the transforms
    program          varchar,             -- digest of that and of all else that the program is
    number           bigint not null,
    started          timestamp not null,  -- UTC
    mode             varchar not null,    -- full, incremental (only what changed derived), delta (so of a delivery of
                                          -- changes), as of (what another store knew on a day)
    input            varchar not null,    -- name of the folder delivered
    all_derived_because varchar,          -- null: only changed patients were derived
    pseudonym_key    varchar,             -- distinguishes the key of the pseudonyms from others; null: ids are kept
    rows_read        bigint not null,
    is_log           boolean not null,    -- assessments are declared to be a log of progressions
    dates_invented   boolean not null default false,  -- counted in days from a day 0 of everybody: no date is of a calendar
    cutoff           date,                -- nothing dated later follows anybody; null: no last contact or death is recorded,
                                          -- or dates are invented
    patients_changed bigint not null,     -- with other rows than the last run, or new
    patients_derived bigint not null,
    patients_carried bigint not null,
    patients_removed bigint not null,
    outcomes_of      varchar,             -- digest of all that the curves, and the models, are made of; null: not yet made
    models_of        varchar,
    is_forgotten     boolean not null default false  -- vacuumed: what was known then is no longer available
);
