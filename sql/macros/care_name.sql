-- The name of a supportive drug as supportive_drug spells it: lower case, _ for blanks and hyphens
create or replace temp macro care_name(drug) as regexp_replace(lower(trim(drug)), '[ _-]+', '_', 'g')
