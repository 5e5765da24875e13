-- Whether each patient had, and is refractory to, a drug of each class, and of several of the classes
-- Grain: one row per level and patient of the cohort who had a drug. Null: unknown.
create or replace temp view class_level as
with levels as (
    select
        patient_id, measure,
        (proteasome_inhibitors > 0)::integer + (immunomodulatory_drugs > 0)::integer + (anti_cd38 > 0)::integer as classes,
        unnest([
            {'level': 'proteasome_inhibitor', 'holds': proteasome_inhibitors > 0},
            {'level': 'immunomodulatory_drug', 'holds': immunomodulatory_drugs > 0},
            {'level': 'anti_cd38', 'holds': anti_cd38 > 0},
            {'level': 'anti_bcma', 'holds': anti_bcma > 0},
            {'level': 'single', 'holds': classes >= 1},
            {'level': 'double', 'holds': classes >= 2},
            {'level': 'double_pi_imid', 'holds': proteasome_inhibitors > 0 and immunomodulatory_drugs > 0}
        ], recursive := true)
    from class_count
),
proven as (
    select
        patient_id, level,
        bool_or(holds) filter (measure = 'given') as given,
        bool_or(holds) filter (measure = 'may_have_been_given') as may_have_been_given,
        bool_or(holds) filter (measure = 'failed') as failed,
        bool_or(holds) filter (measure = 'may_have_failed') as may_have_failed
    from levels
    group by all
)
select
    patient_id,
    level,
    case when given then true when not may_have_been_given then false end as exposed,
    case when failed then true when not may_have_failed then false end as refractory
from proven
