-- Supportive care by what it is for
-- Grain: one row per row of supportive_care whose drug is one of supportive_drug. end_date null: not recorded.
create or replace temp view care_given as
select patient_id, care_name(supportive_care.drug) as drug, purpose, start_date, end_date
from supportive_care join supportive_drug on supportive_drug.drug = care_name(supportive_care.drug)
