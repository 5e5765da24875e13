-- What became of MGUS, smouldering myeloma, a solitary plasmacytoma, and myeloma by a biomarker only (SLiM).
-- Grain: one row per patient and precursor. Who is recorded and derived differently can have two.
-- Null event, end_date and years: the record of the death contradicts itself or could not be read, or (unknown_because) what may
-- have ended the course earlier could not be read. Null progressed_on: no progression, or none that is known.
-- A first treatment without an event by then ends the course and censors it, unless the run's configuration ignores treatment.
-- Radiotherapy alone is none.
-- Key: patient_id, precursor
-- Step: derive
-- Export: yes
create table precursor_course (
    patient_id varchar,
    precursor varchar,       -- MGUS, SMM, plasmacytoma, SLiM
    start_date date,         -- diagnosis
    progressed_on date,
    progressed_by varchar,   -- DX.myeloma, DX.pcl, DX.al; of SLiM MDE.…, DX.pcl, DX.al; recorded: by the clinic's assessment or diagnosis
    end_date date,
    event varchar,           -- progression, death, treated_before_progression, censored
    years double,            -- of 365.25 days, from start_date to end_date
    unknown_because varchar[] -- treated before progression: tests for want of which an event by then can't be determined; else what could not be read
);
