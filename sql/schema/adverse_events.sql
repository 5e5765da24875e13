-- Adverse events: complications of the disease and of its treatment.
-- Grain: one row per event.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- Where the extract has no such table, events were never recorded; an empty one says that none happened.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table adverse_events (
    patient_id  varchar not null,
    onset_on    date not null,
    event       varchar not null,  -- second_primary, jaw_osteonecrosis, venous_thromboembolism, arterial_event, zoster, infection,
                                   -- neuropathy, skeletal_event, hypocalcaemia, cytopenia, cardiac, other
    grade       integer,           -- CTCAE, 1 to 5 (5: death)
    resolved_on date,              -- null: not resolved, or not recorded
    description varchar,
    unreadable  varchar[],
    source_file varchar not null,
    row_number  bigint not null
);
