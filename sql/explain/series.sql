-- Figures of haemoglobin, creatinine and calcium as reported, by date: organ function beside the M-protein.
-- Grain: one row per result; several of one day may stand. ref_low and ref_high: the laboratory's, null where not given.
select analyte, collected_on, value, comparator, unit, ref_low, ref_high
from labs
where patient_id = $patient and value is not null and analyte in ('hemoglobin', 'creatinine', 'calcium')
order by analyte, collected_on, value, comparator nulls first, source_file, row_number
