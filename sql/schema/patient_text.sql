-- What each file says of a patient, as one number: it is another as soon as any text read of any row is, or their order.
-- Empty where not every file is text whose rows stand for themselves: the next whole delivery is then read whole.
-- Grain: one row per patient and file, of every patient that a row names, be it refused.
-- Key: patient_id, source_file
-- Step: ingest
-- Export: no, the hash may be another in another version of polars
create table patient_text (
    patient_id  varchar not null,
    source_file varchar not null,
    content     ubigint not null
);
