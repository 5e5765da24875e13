-- One row a condition that is one of the registry's complications, by its names or by its source code (ICD-10, ICD-10-CM); one
-- that is recorded again is a row again. Which other conditions were adverse events the model does not say: they are left.
with known as materialized (  -- the table of concepts is large, and read once
    select concept_id::varchar as id, concept_name, concept_code
    from concept
    where
        concept_id::varchar in (
            select condition_concept_id::varchar from condition_occurrence
            union
            select condition_source_concept_id::varchar from condition_occurrence
        )
        and concept_id::varchar <> '0'
),
recorded as (
    select
        c.person_id::varchar as person_id,
        left(c.condition_start_date::varchar, 10) as started_on,
        left(c.condition_end_date::varchar, 10) as ended_on,
        c.condition_source_value::varchar as written,
        upper(coalesce(source.concept_code, c.condition_source_value::varchar, '')) as code,
        lower(concat_ws(' ', standard.concept_name, source.concept_name, c.condition_source_value::varchar)) as words
    from condition_occurrence as c
    left join known as standard on standard.id = c.condition_concept_id::varchar
    left join known as source on source.id = c.condition_source_concept_id::varchar
),
named as (
    select
        *,
        case
            when regexp_matches(words, 'plasma cell|myeloma|plasmacytoma|gammopathy|amyloid|poems|benign|history of|family')
                or regexp_matches(code, '^(C90|E85|D47|Z)') then null
            when regexp_matches(words, 'osteonecrosis.*jaw') or starts_with(code, 'M87.180') then 'jaw_osteonecrosis'
            when regexp_matches(words, 'deep vein|venous thrombo|pulmonary embol|vena cava thrombosis')
                or regexp_matches(code, '^(I26|I80\.[12]|I82\.[2-9])') then 'venous_thromboembolism'
            when regexp_matches(
                words,
                'myocardial infarct|acute coronary|cerebral infarct|ischa?emic stroke|cerebrovascular acc|transient ischa?emic|arterial (thromb|occl|embol)'
            ) or regexp_matches(code, '^(I21|I63|I74|G45)') then 'arterial_event'
            when regexp_matches(words, 'zoster|shingles') or starts_with(code, 'B02') then 'zoster'
            when regexp_matches(words, 'cancer|carcinoma|sarcoma|melanoma|lymphoma|leuka?emia|myelodysplas|malignant')
                or regexp_matches(code, '^(C[0-8]|C9[1-6]|D46)') then 'second_primary'
            when regexp_matches(words, 'neuropath') or regexp_matches(code, '^G6[23]') then 'neuropathy'
            when regexp_matches(words, 'fracture|spinal cord compression') or regexp_matches(code, '^(M84\.[45]|M80)') then 'skeletal_event'
            when regexp_matches(words, 'hypocalca?emia') or starts_with(code, 'E83.51') then 'hypocalcaemia'
            when regexp_matches(words, 'infection|pneumonia|sepsis|septic|bactera?emia|influenza')
                or regexp_matches(code, '^(A4[01]|J09|J1[0-8])') then 'infection'
            when regexp_matches(words, 'cytopenia|neutropenia|leukopenia|ana?emia') or regexp_matches(code, '^D(6[1-4]|69\.[56]|70)')
                then 'cytopenia'
            when regexp_matches(words, 'cardiac|heart failure|cardiomyopath|arrhythmia|atrial fibrillation')
                or regexp_matches(code, '^I(4[2-9]|50)') then 'cardiac'
        end as event
    from recorded
)
select person_id as patient_id, started_on as onset_on, event, null::varchar as grade, ended_on as resolved_on, written as description
from named
where event is not null
