-- title: Refractoriness by class
-- question: How many patients have had, and are refractory to, a proteasome inhibitor, an immunomodulatory drug, an anti-CD38, a drug against BCMA?
-- grain: one row per class, and per combination of classes
-- access: aggregate
-- parameters: none
-- caveats:
--   Refractory as RR.refractory has it: a confirmed progression (or the clinic's, where no visit is evaluable) while the drug
--     was given or within the run's days of its last dose, in whatever line. Who only failed to respond is not counted.
--   The last dose of a drug without an end date is unknown: refractory where the progression came within the days of its
--     start, not where none followed, else unknown. So is a drug of a line whose progression is not known.
--   A treatment row that names no drug may have been of any class. A patient with transplants only is not in it.
--   Against BCMA: an antibody-drug conjugate, a bispecific, or CAR-T unless it is named and has another target. CAR-T of which only
--     the phase is recorded counts; whether it failed is unknown.
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
--   unknown: the record does not decide
--   refractory_percent: of the exposed whose status is known
--   refractory_low: lower 95 % limit (Wilson)
--   refractory_high: upper 95 % limit
with of_patient as (
    select level, exposed, refractory from class_level
    union all
    select case level when 'double' then 'double_len_bor' else level end, exposed, refractory
    from refractory_level semi join cohort using (patient_id)
),
described as (
    select *
    from (
        values
        (1, 'proteasome_inhibitor', 'a proteasome inhibitor'),
        (2, 'immunomodulatory_drug', 'an immunomodulatory drug'),
        (3, 'anti_cd38', 'an anti-CD38'),
        (4, 'anti_bcma', 'a drug against BCMA'),
        (5, 'single', 'a proteasome inhibitor, an immunomodulatory drug or an anti-CD38'),
        (6, 'double', 'two of these three classes or more'),
        (7, 'double_pi_imid', 'a proteasome inhibitor and an immunomodulatory drug'),
        (8, 'double_len_bor', 'lenalidomide and bortezomib'),
        (9, 'triple_class', 'all three of these classes'),
        (10, 'penta', 'two proteasome inhibitors, two immunomodulatory drugs and an anti-CD38')
    ) as known (place, level, definition)
),
counted as (
    select
        place,
        level,
        definition,
        count(*) as patients,
        count(*) filter (not exposed) as not_exposed,
        count(*) filter (exposed is null) as exposure_unknown,
        count(*) filter (exposed) as exposed,
        count(*) filter (exposed and refractory) as refractory,
        count(*) filter (exposed and not refractory) as not_refractory,
        count(*) filter (exposed and refractory is null) as unknown
    from of_patient join described using (level)
    group by place, level, definition
)
select
    * exclude (place),
    share(refractory, refractory + not_refractory) as refractory_percent,
    share_low(refractory, refractory + not_refractory) as refractory_low,
    share_high(refractory, refractory + not_refractory) as refractory_high
from counted
order by place
