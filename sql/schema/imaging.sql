-- Imaging of bone and of plasmacytomas.
-- Grain: one row per examination.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: source_file, row_number
-- Step: ingest
-- Export: no
create table imaging (
    patient_id                      varchar not null,
    performed_on                    date not null,
    modality                        varchar,
    lytic_lesions                   double,   -- count
    lytic_lesions_comparator        varchar,  -- <, <=, >, >=
    focal_lesions                   double,   -- count, of 5 mm or more
    focal_lesions_comparator        varchar,  -- <, <=, >, >=
    new_bone_lesion                 boolean,
    bone_lesion_progression         boolean,
    plasmacytoma_spd_mm2            double,   -- mm², sum of products of diameters; 0: none left
    plasmacytoma_spd_mm2_comparator varchar,  -- <, <=, >, >=
    new_plasmacytoma                boolean,
    fdg_uptake                      varchar,
    unreadable                      varchar[],
    source_file                     varchar not null,
    row_number                      bigint not null
);
