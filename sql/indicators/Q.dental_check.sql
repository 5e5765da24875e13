-- Patients given a bone agent, and whether a dental check was done on or before the day it began
-- Grain: one row per patient. Unknown: which agent was the first, or none is recorded, and supportive care of a name that is not known, or
-- of a day that could not be read, may be one.
select
    agent.patient_id,
    null::bigint as line,
    begun_on as dated,
    case
        when not is_first then null
        when bool_or(purpose = 'dental_check' and care.start_date is not null) then true
        when count(care.patient_id) = 0 then false
    end as passed
from bone_agent as agent semi join myeloma using (patient_id)
left join given_care as care
    on care.patient_id = agent.patient_id
    and coalesce(purpose, 'dental_check') = 'dental_check'
    and coalesce(care.start_date <= begun_on, true)
group by agent.patient_id, begun_on, is_first
