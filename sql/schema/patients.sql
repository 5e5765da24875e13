-- Patients: who they are, what was recorded at diagnosis, and how follow-up stands.
-- Grain: one row per patient.
-- Null: not recorded, or not readable: unreadable names such columns, and the quarantine has their text.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
-- Key: patient_id
-- Step: ingest
-- Export: no
create table patients (
    patient_id        varchar not null,
    site_id           varchar,
    sex               varchar,
    birth_date        date,
    diagnosis_date    date not null,
    registered_on     date,
    diagnosis         varchar,
    isotype           varchar,
    light_chain       varchar,
    m_protein_in_beta boolean,
    reported_iss      varchar,
    reported_r_iss    varchar,
    vital_status      varchar not null,
    death_date        date,
    last_contact_date date not null,
    death_cause       varchar,  -- myeloma, treatment, second_primary, infection, cardiac, other, unknown
    unreadable        varchar[],
    source_file       varchar not null,
    row_number        bigint not null
);
