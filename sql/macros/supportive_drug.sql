-- The supportive drugs that the audit asks about, and what each is for
-- Grain: one row per drug, spelled as by care_name. thrombosis: aspirin; warfarin; unfractionated and low-molecular heparins and
-- fondaparinux; the direct oral anticoagulants.
create or replace temp view supportive_drug as
select *
from (
    values
    ('denosumab', 'bone'),
    ('zoledronic_acid', 'bone'),
    ('dental_check', 'dental_check'),
    ('aciclovir', 'zoster'),
    ('acyclovir', 'zoster'),
    ('valaciclovir', 'zoster'),
    ('valacyclovir', 'zoster'),
    ('aspirin', 'thrombosis'),
    ('warfarin', 'thrombosis'),
    ('heparin', 'thrombosis'),
    ('low_molecular_heparin', 'thrombosis'),
    ('low_molecular_weight_heparin', 'thrombosis'),
    ('bemiparin', 'thrombosis'),
    ('dalteparin', 'thrombosis'),
    ('enoxaparin', 'thrombosis'),
    ('nadroparin', 'thrombosis'),
    ('parnaparin', 'thrombosis'),
    ('reviparin', 'thrombosis'),
    ('tinzaparin', 'thrombosis'),
    ('fondaparinux', 'thrombosis'),
    ('apixaban', 'thrombosis'),
    ('betrixaban', 'thrombosis'),
    ('dabigatran', 'thrombosis'),
    ('edoxaban', 'thrombosis'),
    ('rivaroxaban', 'thrombosis')
) as known (drug, purpose)
