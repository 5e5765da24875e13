-- What is known of every patient of the cohort at diagnosis, for table 1.
-- Grain: one row per patient. Figures are those nearest the diagnosis, by the rule that staging follows (within its
-- window, not after line 1 began; a result of "<x" counts as x); null: none. Cytogenetics likewise: true where found.
with settings as (
    select coalesce(try_cast(json_extract_string(settings, '$."ISS.window_days"') as integer), 30) as window_days
    from run
    order by number desc
    limit 1
),
about as (
    select c.*, p.isotype, p.light_chain, min(l.start_date) as first_line
    from cohort c
    join patients p using (patient_id)
    left join lines l using (patient_id)
    group by all
),
results as (
    select patient_id, analyte as test, collected_on as dated, value, null as result
    from labs
    where
        value is not null
        and analyte in (
            'hemoglobin', 'creatinine', 'calcium', 'albumin',
            'beta2_microglobulin', 'ldh', 'serum_m_protein', 'urine_m_protein'
        )
    union all
    select patient_id, 'marrow', collected_on, plasma_cell_percent, null from marrow where plasma_cell_percent is not null
    union all
    select patient_id, abnormality, collected_on, null, result from cytogenetics
),
nearest as (
    select patient_id, test, value, result = 'positive' as is_found
    from results
    join about using (patient_id)
    where
        abs(date_diff('day', diagnosis_date, dated)) <= (select any_value(window_days) from settings)
        and (first_line is null or dated <= first_line)
    qualify row_number() over (
        partition by patient_id, test
        order by abs(date_diff('day', diagnosis_date, dated)), dated, value desc nulls last, result desc nulls last
    ) = 1
)
select
    a.patient_id,
    date_diff('day', a.birth_date, a.diagnosis_date) / 365.25 as age,
    a.sex, a.isotype, a.light_chain,
    coalesce(s.iss, 'unknown') as iss,
    coalesce(s.r_iss, 'unknown') as r_iss,
    s.r2_iss,
    s.mass_3,
    case when s.hr_ims2025 then 'high' when not s.hr_ims2025 then 'standard' end as hr_ims2025,
    s.cytogenetic_risk,
    max(n.value) filter (n.test = 'hemoglobin') as hemoglobin,
    max(n.value) filter (n.test = 'creatinine') as creatinine,
    max(n.value) filter (n.test = 'calcium') as calcium,
    max(n.value) filter (n.test = 'albumin') as albumin,
    max(n.value) filter (n.test = 'beta2_microglobulin') as beta2_microglobulin,
    max(n.value) filter (n.test = 'ldh') as ldh,
    max(n.value) filter (n.test = 'serum_m_protein') as serum_m_protein,
    max(n.value) filter (n.test = 'urine_m_protein') as urine_m_protein,
    max(n.value) filter (n.test = 'marrow') as marrow,
    bool_or(n.is_found) filter (n.test = 'del17p') as "del17p",
    bool_or(n.is_found) filter (n.test = 't(4;14)') as "t(4;14)",
    bool_or(n.is_found) filter (n.test = 't(14;16)') as "t(14;16)",
    bool_or(n.is_found) filter (n.test = 'gain1q') as "gain1q",
    bool_or(n.is_found) filter (n.test = 't(11;14)') as "t(11;14)",
    bool_or(n.is_found) filter (n.test = 'del13q') as "del13q",
    bool_or(n.is_found) filter (n.test = 'del1p32') as "del1p32",
    bool_or(n.is_found) filter (n.test = 'del1p32_monoallelic') as "del1p32_monoallelic",
    bool_or(n.is_found) filter (n.test = 'del1p32_biallelic') as "del1p32_biallelic",
    bool_or(n.is_found) filter (n.test = 't(14;20)') as "t(14;20)",
    bool_or(n.is_found) filter (n.test = 'tp53_mutation') as "tp53_mutation"
from about a
left join staging s using (patient_id)
left join nearest n using (patient_id)
group by all
order by a.patient_id
