-- One row an adverse event of AE, by what its term means; a term of no kind that the registry has is other. Only grades of the
-- CTCAE are read (AETOXGR): mild, moderate and severe (AESEV) are none.
with named as (select ae.*, lower(coalesce(AEDECOD::varchar, AETERM::varchar)) as words from ae)
select
    USUBJID::varchar as patient_id,
    left(AESTDTC::varchar, 10) as onset_on,
    case
        when regexp_matches(words, 'osteonecrosis.*jaw') then 'jaw_osteonecrosis'
        when regexp_matches(words, 'deep vein|venous thrombo|pulmonary embol|vena cava thrombosis') then 'venous_thromboembolism'
        when regexp_matches(
            words,
            'myocardial infarct|acute coronary|cerebral infarct|ischa?emic stroke|cerebrovascular acc|transient ischa?emic|arterial (thromb|occl|embol)'
        ) then 'arterial_event'
        when regexp_matches(words, 'zoster|shingles') then 'zoster'
        when regexp_matches(words, 'benign|tumou?r lysis|cancer pain|plasma cell|myeloma') then 'other'
        when regexp_matches(words, 'cancer|carcinoma|sarcoma|melanoma|lymphoma|leuka?emia|myelodysplas|malignant') then 'second_primary'
        when regexp_matches(words, 'neuropath') then 'neuropathy'
        when regexp_matches(words, 'fracture|spinal cord compression') then 'skeletal_event'
        when regexp_matches(words, 'hypocalca?emia') then 'hypocalcaemia'
        when regexp_matches(words, 'infection|pneumonia|sepsis|septic|bactera?emia|influenza') then 'infection'
        when regexp_matches(words, 'cytopenia|neutropenia|leukopenia|ana?emia|(neutrophil|platelet|white blood cell|lymphocyte) count decr')
            then 'cytopenia'
        when regexp_matches(words, 'cardiac|heart failure|cardiomyopath|arrhythmia|atrial fibrillation') then 'cardiac'
        when words is not null then 'other'
    end as event,
    AETOXGR::varchar as grade,
    left(AEENDTC::varchar, 10) as resolved_on,
    AETERM::varchar as description
from named
