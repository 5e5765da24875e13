-- Patients not recorded as dead, and whether the last news of them is old
-- Grain: one row per patient. News: the last contact that the endpoints are censored at (no planned end, nothing after the cut-off);
-- old: against the cut-off of the extract.
select
    patient_id,
    'patients' as "table",
    patients.source_file,
    patients.row_number,
    followed_to as dated,
    (select extract_cutoff from of_extract) - followed_to > $within_days as violated
from patients join follow_up_end using (patient_id)
where vital_status <> 'dead' and death_date is null
