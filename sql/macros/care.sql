-- Whether the extract has supportive care at all: where it has none, its absence for a patient says nothing
create or replace temp macro records_care() as (select has_care from of_extract);
