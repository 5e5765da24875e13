-- One row an exposure to supportive care: drugs of DRUG_EXPOSURE that belong to no line and are named here.
with named as (
    select d.*, lower(coalesce(c.concept_name, d.drug_source_value::varchar)) as drug
    from drug_exposure as d
    left join concept as c on c.concept_id::varchar = nullif(d.drug_concept_id::varchar, '0')
)
select
    person_id::varchar as patient_id,
    drug,
    left(drug_exposure_start_date::varchar, 10) as start_date,
    left(drug_exposure_end_date::varchar, 10) as end_date
from named
anti join episode_event as event
    on event.event_id::varchar = named.drug_exposure_id::varchar
    and event.episode_event_field_concept_id::varchar = '1147094'
where regexp_matches(
    drug,
    'zoledron|pamidron|denosumab|alendron|risedron|ibandron|aciclovir|acyclovir|aspirin|acetylsalicylic|warfarin|apixaban|'
    || 'rivaroxaban|edoxaban|dabigatran|heparin|enoxaparin|dalteparin|co-?trimoxazole|sulfamethoxazole|levofloxacin|immunoglobulin|'
    || 'vitamin d|calciferol|calcifediol|calcidol|calcitol|calcitriol|^calcium( carbonate| lactate| gluconate| aspartate)?$'
)
