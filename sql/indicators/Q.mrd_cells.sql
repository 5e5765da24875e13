-- Days with a test of minimal residual disease in marrow whose cells were counted, and whether they were enough
-- Grain: one row per patient and day; of several tests the one of most cells counts. A test without a count is not asked.
select
    patient_id,
    null::bigint as line,
    collected_on as dated,
    max(cells_analysed) >= $cells as passed
from mrd semi join myeloma using (patient_id)
where cells_analysed is not null
group by patient_id, collected_on
