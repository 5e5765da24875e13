-- What makes the risk of 2025 high
-- Grain: one sign. Counts of patients of high risk; alone: by no other sign.
-- Counts: patients, alone
-- Parts: alone of patients
-- Rows: listed
select sign, count(*) as patients, count(*) filter (signs = 1) as alone
from (
    select len(hr_ims2025_because) as signs, unnest(hr_ims2025_because) as sign
    from staging semi join cohort using (patient_id)
    where hr_ims2025
)
group by sign
order by patients desc, sign
