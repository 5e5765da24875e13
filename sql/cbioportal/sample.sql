-- Samples: the disease at diagnosis, with its cytogenetics.
-- Grain: one row per patient. Null: not recorded, or not looked for before the first line.
with started as (
    select patient_id, min(start_date) as start_date from lines group by patient_id
),
nearest as (
    select c.patient_id, c.abnormality, c.result
    from cytogenetics c
    join patients p using (patient_id)
    left join started s using (patient_id)
    where s.start_date is null or c.collected_on <= s.start_date
    -- of one day the finding that is there
    qualify row_number() over (
        partition by c.patient_id, c.abnormality
        order by abs(date_diff('day', p.diagnosis_date, c.collected_on)), c.collected_on, c.result desc
    ) = 1
),
words (diagnosis, cancer, detailed) as (
    values
    ('MM', 'Mature B-Cell Neoplasms', 'Plasma Cell Myeloma'),
    ('SMM', 'Mature B-Cell Neoplasms', 'Smoldering Plasma Cell Myeloma'),
    ('MGUS', 'Mature B-Cell Neoplasms', 'Monoclonal Gammopathy of Undetermined Significance'),
    ('PCL', 'Mature B-Cell Neoplasms', 'Plasma Cell Leukemia'),
    ('plasmacytoma', 'Mature B-Cell Neoplasms', 'Solitary Plasmacytoma'),
    ('AL', 'Mature B-Cell Neoplasms', 'AL Amyloidosis'),
    ('POEMS', 'Mature B-Cell Neoplasms', 'POEMS Syndrome')
)
select
    p.patient_id as "PATIENT_ID",
    p.patient_id || '-DX' as "SAMPLE_ID",
    coalesce(w.cancer, 'Mature B-Cell Neoplasms') as "CANCER_TYPE",
    coalesce(w.detailed, 'Plasma Cell Neoplasm') as "CANCER_TYPE_DETAILED",
    any_value(n.result) filter (n.abnormality = 'del17p') as "DEL17P",
    any_value(n.result) filter (n.abnormality = 't(4;14)') as "T_4_14",
    any_value(n.result) filter (n.abnormality = 't(14;16)') as "T_14_16",
    any_value(n.result) filter (n.abnormality = 't(11;14)') as "T_11_14",
    any_value(n.result) filter (n.abnormality = 'gain1q') as "GAIN1Q",
    any_value(n.result) filter (n.abnormality = 'del13q') as "DEL13Q",
    any_value(n.result) filter (n.abnormality = 'del1p32') as "DEL1P32",
    any_value(n.result) filter (n.abnormality = 'del1p32_monoallelic') as "DEL1P32_MONO",
    any_value(n.result) filter (n.abnormality = 'del1p32_biallelic') as "DEL1P32_BI",
    any_value(n.result) filter (n.abnormality = 't(14;20)') as "T_14_20",
    any_value(n.result) filter (n.abnormality = 'tp53_mutation') as "TP53_MUTATION"
from patients p
left join words w using (diagnosis)
left join nearest n using (patient_id)
group by all
order by "PATIENT_ID"
