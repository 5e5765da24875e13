-- When the first line of patients with myeloma began
-- Grain: one row per patient of myeloma. first_start is null where no line 1 is recorded.
create or replace temp view first_start as
select myeloma.patient_id, lines.start_date as first_start
from myeloma left join lines on lines.patient_id = myeloma.patient_id and lines.line = 1
