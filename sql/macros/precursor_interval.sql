-- Intervals from the diagnosis of MGUS or smouldering myeloma, and from each test of M-protein after it, to the next of them
-- Grain: one row per patient and begins_on. next_on is null for the last, which is open; is_assessed says whether the patient has
-- any such test after diagnosis.
create or replace temp view precursor_interval as
with looked as (
    select patient_id, diagnosis_date as begins_on from precursor_watched
    union
    select patient_id, collected_on
    from labs join precursor_watched using (patient_id)
    where analyte in (
            'serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'serum_immunofixation',
            'urine_immunofixation'
        )
        and (value is not null or result is not null)
        and collected_on between diagnosis_date and watched_to
),
followed_by as (
    select
        *,
        lead(begins_on) over (partition by patient_id order by begins_on) as next_on,
        count(*) over (partition by patient_id) > 1 as is_assessed
    from looked
)
select followed_by.*, precursor, diagnosis_date, watched_to
from followed_by join precursor_watched using (patient_id)
