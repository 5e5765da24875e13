-- One row a course of supportive care: drugs of CM that are named here.
with named as (select cm.*, lower(coalesce(CMDECOD::varchar, CMTRT::varchar)) as drug from cm)
select
    USUBJID::varchar as patient_id,
    drug,
    left(CMSTDTC::varchar, 10) as start_date,
    left(CMENDTC::varchar, 10) as end_date
from named
where regexp_matches(
    drug,
    'zoledron|pamidron|denosumab|alendron|risedron|ibandron|aciclovir|acyclovir|aspirin|acetylsalicylic|warfarin|apixaban|'
    || 'rivaroxaban|edoxaban|dabigatran|heparin|enoxaparin|dalteparin|co-?trimoxazole|sulfamethoxazole|levofloxacin|immunoglobulin|'
    || 'vitamin d|calciferol|calcifediol|calcidol|calcitol|calcitriol|^calcium( carbonate| lactate| gluconate| aspartate)?$'
)
