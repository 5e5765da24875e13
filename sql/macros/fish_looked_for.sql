-- Patients with myeloma, and whether every one of some abnormalities was looked for by FISH near diagnosis
-- Grain: one row per patient. A test that was done leaves a row, positive or negative: none means not looked for, but unknown where one
-- could not be read.
create or replace temp macro fish_looked_for(abnormalities, window_days) as table
select
    myeloma.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when count(distinct abnormality) = len(abnormalities) then true
        when may_be_unread(
            myeloma.patient_id,
            'cytogenetics',
            abnormalities,
            diagnosis_date - window_days::integer,
            diagnosis_date + window_days::integer
        ) then null
        when (select has_cytogenetics from of_extract) then false
    end as passed
from myeloma left join cytogenetics
    on cytogenetics.patient_id = myeloma.patient_id
    and list_contains(abnormalities, abnormality)
    and abs(date_diff('day', myeloma.diagnosis_date, cytogenetics.collected_on)) <= window_days
group by myeloma.patient_id, diagnosis_date
