-- Imaging of bone and of plasmacytomas.
-- Grain: one row per examination. Key: source_file, row_number.
-- Null: not recorded.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
create table imaging (
    patient_id              varchar not null,
    performed_on            date not null,
    modality                varchar,
    lytic_lesions           double,            -- count
    focal_lesions           double,            -- count, of 5 mm or more
    new_bone_lesion         boolean,
    bone_lesion_progression boolean,
    plasmacytoma_spd_mm2    double,            -- mm², sum of products of diameters; 0: none left
    new_plasmacytoma        boolean,
    fdg_uptake              varchar,
    source_file             varchar not null,
    row_number              bigint not null
);
