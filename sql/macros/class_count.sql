-- How many different drugs of each class a patient had, and how many of them failed. Against BCMA: a conjugate, a bispecific, or CAR-T,
-- which counts as such without a name too (as RR.car_t_earlier has it); whether that one failed is not known
-- Grain: one row per measure and patient of the cohort who had a drug: given, may_have_been_given, failed, may_have_failed. The first of
-- each two is what the record proves, the second what it allows: a treatment whose drugs are not named could have been any two of
-- a class (no definition asks for more).
create or replace temp view class_count as
with had as (
    select patient_id, class, drug, refractory from refractoriness
    union all
    select patient_id, 'anti_bcma_car_t', 'car_t', null::boolean
    from treatments
    where phase = 'car_t' and drugs is null and not coalesce(list_contains(unreadable, 'drugs'), false)
),
of_drug as (
    select
        patient_id, class, drug,
        case when bool_or(refractory) then true when bool_and(refractory is not null) then false end as refractory
    from had semi join cohort using (patient_id)
    group by all
),
measured as (
    select
        patient_id, class, drug,
        unnest(['given', 'may_have_been_given', 'failed', 'may_have_failed']) as measure,
        unnest([
            drug is not null,
            true,
            drug is not null and refractory is not distinct from true,
            refractory is distinct from false
        ]) as counts
    from of_drug
)
select
    patient_id,
    measure,
    2 * count(*) filter (counts and drug is null) as of_any,
    of_any + count(*) filter (counts and class = 'proteasome_inhibitor') as proteasome_inhibitors,
    of_any + count(*) filter (counts and class = 'immunomodulatory_drug') as immunomodulatory_drugs,
    of_any + count(*) filter (counts and class = 'anti_cd38') as anti_cd38,
    of_any + count(*) filter (counts and starts_with(class, 'anti_bcma_')) as anti_bcma
from measured
group by patient_id, measure
