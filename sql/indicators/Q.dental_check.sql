-- Patients given a bone agent, and whether a dental check was done on or before the day it began
-- Grain: one row per patient.
select
    patient_id,
    null::bigint as line,
    begun_on as dated,
    exists (
        select 1
        from care_given
        where care_given.patient_id = first_bone_agent.patient_id
            and purpose = 'dental_check'
            and start_date <= begun_on
    ) as passed
from first_bone_agent
