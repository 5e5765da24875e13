-- What shows that a test was done, on any day
-- Grain: one row per record. code: as work_up_code has it, null of what could not be read and does not say what it is. is_done: null where
-- it could not be read, which may have been done.
create or replace temp view seen_test as
select patient_id, 'labs' as "table", analyte as code, collected_on as dated_on, true as is_done
from labs
where value is not null or result is not null
union all
select patient_id, 'findings', finding, observed_on, present from findings
union all
select patient_id, 'imaging', modality, performed_on, true from imaging
union all
select patient_id, 'cytogenetics', abnormality, collected_on, true from cytogenetics
union all
select patient_id, 'marrow', 'marrow', collected_on, true from marrow
union all
select patient_id, "table", kind, dated_on, null
from unread
where coalesce("column", 'value') in ('value', 'unit', 'comparator', 'result', 'present')
