-- Treatments and courses of supportive care with an end, and whether it lies before their start
-- Grain: one row per row of these tables.
select
    patient_id,
    'treatments' as "table",
    'end_date' as "column",
    source_file,
    row_number,
    end_date as dated,
    end_date < start_date as violated
from treatments
where end_date is not null
union all
select
    patient_id,
    'supportive_care' as "table",
    'end_date' as "column",
    source_file,
    row_number,
    end_date as dated,
    end_date < start_date as violated
from supportive_care
where end_date is not null
