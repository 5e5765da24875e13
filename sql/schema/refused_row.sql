-- Whose the refused rows are, as far as they say.
-- Grain: one row per refused row that names a patient, whether patients has that one or not. Key: source_file, row_number.
create table refused_row (
    source_file varchar not null,
    row_number  bigint not null,
    "table"     varchar not null,
    patient_id  varchar not null
);
