-- Treatments and supportive care that name drugs, and whether a name is not in the vocabulary
-- Grain: one row per row of these tables with a text.
with named as (
    select patient_id, 'treatments' as "table", 'drugs' as "column", drugs as recorded, source_file, row_number, start_date
    from treatments
    where drugs is not null
    union all
    select patient_id, 'supportive_care', 'drug', drug, source_file, row_number, start_date from supportive_care
)
select
    patient_id,
    "table",
    "column",
    source_file,
    row_number,
    start_date as dated,
    exists (
        select 1
        from unknown_drug
        where unknown_drug.patient_id = named.patient_id
            and unknown_drug."table" = named."table"
            and unknown_drug.recorded = named.recorded
    ) as violated
from named
