-- Treatments, courses of supportive care and adverse events with an end, and whether it lies before their start
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
union all
select
    patient_id,
    'adverse_events' as "table",
    'resolved_on' as "column",
    source_file,
    row_number,
    resolved_on as dated,
    resolved_on < onset_on as violated
from adverse_events
where resolved_on is not null
