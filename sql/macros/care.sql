-- Whether the extract has supportive care at all: where it has none, that a patient has none tells nothing
create or replace temp macro records_care() as (select count(*) > 0 from supportive_care);
