-- The drugs that a class is told by
-- Grain: one row per drug, as the extract spells it.
create or replace temp view drug_class as
select *
from (
    values
    ('bortezomib', 'proteasome_inhibitor'),
    ('carfilzomib', 'proteasome_inhibitor'),
    ('ixazomib', 'proteasome_inhibitor'),
    ('thalidomide', 'immunomodulatory_drug'),
    ('lenalidomide', 'immunomodulatory_drug'),
    ('pomalidomide', 'immunomodulatory_drug'),
    ('daratumumab', 'anti_cd38'),
    ('isatuximab', 'anti_cd38'),
    ('elotuzumab', 'anti_slamf7')
) as known (drug, class)
