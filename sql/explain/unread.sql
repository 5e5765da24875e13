-- Rows of the patient that were refused, and cells set aside, in the order of the files.
-- Grain: one row per refused row or set-aside cell, column and rule. row_kept: only the cell was set aside.
with own as (
    select source_file, row_number, dated_on, line, kind
    from refused_row
    where patient_id = $patient and not is_repeat
    union all
    select source_file, row_number, null::date as dated_on, null::integer as line, null::varchar as kind
    from patients
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, collected_on as dated_on, null::integer as line, analyte as kind
    from labs
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, collected_on as dated_on, null::integer as line, null::varchar as kind
    from marrow
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, collected_on as dated_on, null::integer as line, method as kind
    from mrd
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, collected_on as dated_on, null::integer as line, abnormality as kind
    from cytogenetics
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, performed_on as dated_on, null::integer as line, null::varchar as kind
    from imaging
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, start_date as dated_on, line as line, phase as kind
    from treatments
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, assessed_on as dated_on, line as line, response as kind
    from assessments
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, start_date as dated_on, null::integer as line, drug as kind
    from supportive_care
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, observed_on as dated_on, null::integer as line, finding as kind
    from findings
    where patient_id = $patient and unreadable is not null
    union all
    select source_file, row_number, onset_on as dated_on, null::integer as line, event as kind
    from adverse_events
    where patient_id = $patient and unreadable is not null
)
select quarantine."table", source_file, row_number, "column", value, rule, row_kept, dated_on, line, kind
from quarantine join own using (source_file, row_number)
order by "table", source_file, row_number, "column" nulls first, rule
