-- title: Refractoriness by class
-- question: How many patients have had, and are refractory to, a proteasome inhibitor, an immunomodulatory drug, an anti-CD38?
-- grain: one row per class, and per combination of classes
-- access: aggregate
-- parameters:
--   days integer = 60: progression within so many days of the last dose counts as on it
-- caveats:
--   Refractory: a confirmed progression (or the clinic's, where no visit is evaluable) while the drug was given or within
--     some days of its last dose, in whatever line. Who only failed to respond is not counted.
--   A drug without an end can't tell when its last dose was: refractory where the progression came within the days of its
--     start, not where none followed, else unknown. So is a drug of a line whose progression is not known.
--   A treatment row that names no drug may have been of any class. A patient with transplants only is not in it.
--   single, double and triple_class count classes, each or more; double_pi_imid and double_len_bor name theirs.
-- columns:
--   level: class, or combination of classes
--   definition: what a patient must be refractory to
--   patients: patients with a drug treatment; exposed, not_exposed and exposure_unknown add up to it
--   not_exposed: have not had all that the level names
--   exposure_unknown: may have had it
--   exposed: have had all that the level names; the next three columns add up to it
--   refractory: refractory to all that the level names
--   not_refractory: not
--   unknown: can't be told
--   refractory_percent: of the exposed who can be told
--   refractory_low: lower 95 % limit (Wilson)
--   refractory_high: upper 95 % limit
with levels as (
    select
        patient_id, measure,
        (proteasome_inhibitors > 0)::integer + (immunomodulatory_drugs > 0)::integer + (anti_cd38 > 0)::integer as classes,
        unnest([
            {'level': 'proteasome_inhibitor', 'definition': 'a proteasome inhibitor', 'holds': proteasome_inhibitors > 0},
            {'level': 'immunomodulatory_drug', 'definition': 'an immunomodulatory drug', 'holds': immunomodulatory_drugs > 0},
            {'level': 'anti_cd38', 'definition': 'an anti-CD38', 'holds': anti_cd38 > 0},
            {'level': 'single', 'definition': 'one of the three classes or more', 'holds': classes >= 1},
            {'level': 'double', 'definition': 'two of the three classes or more', 'holds': classes >= 2},
            {'level': 'double_pi_imid', 'definition': 'a proteasome inhibitor and an immunomodulatory drug',
             'holds': proteasome_inhibitors > 0 and immunomodulatory_drugs > 0},
            {'level': 'double_len_bor', 'definition': 'lenalidomide and bortezomib',
             'holds': lenalidomide > 0 and bortezomib > 0},
            {'level': 'triple_class', 'definition': 'all three classes', 'holds': classes = 3},
            {'level': 'penta', 'definition': 'two proteasome inhibitors, two immunomodulatory drugs and an anti-CD38',
             'holds': proteasome_inhibitors >= 2 and immunomodulatory_drugs >= 2 and anti_cd38 >= 1}
        ], recursive := true)
    from class_count($days)
),
of_patient as (
    select
        patient_id, level, definition,
        bool_or(holds) filter (measure = 'given') as given,
        bool_or(holds) filter (measure = 'may_have_been_given') as may_have_been_given,
        bool_or(holds) filter (measure = 'failed') as failed,
        bool_or(holds) filter (measure = 'may_have_failed') as may_have_failed
    from levels
    group by all
),
counted as (
    select
        level, definition,
        count(*) as patients,
        count(*) filter (not may_have_been_given) as not_exposed,
        count(*) filter (may_have_been_given and not given) as exposure_unknown,
        count(*) filter (given) as exposed,
        count(*) filter (failed) as refractory,
        count(*) filter (given and not may_have_failed) as not_refractory,
        count(*) filter (given and may_have_failed and not failed) as unknown
    from of_patient
    group by level, definition
)
select
    *,
    share(refractory, refractory + not_refractory) as refractory_percent,
    share_low(refractory, refractory + not_refractory) as refractory_low,
    share_high(refractory, refractory + not_refractory) as refractory_high
from counted
order by list_position([
    'proteasome_inhibitor', 'immunomodulatory_drug', 'anti_cd38', 'single', 'double', 'double_pi_imid',
    'double_len_bor', 'triple_class', 'penta'
], level)
