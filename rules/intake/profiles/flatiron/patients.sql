-- One row a patient of Demographics. Last seen: a visit, a sample or the start of a line. Of several isotypes and chains in
-- MProtein none is taken.
with seen as (
    select PatientID, left(VisitDate::varchar, 10) as seen_on from Visit
    union all select PatientID, left(TestDate::varchar, 10) from Lab
    union all select PatientID, left(StartDate::varchar, 10) from LineOfTherapy
),
last_seen as (select PatientID, max(seen_on) as seen_on from seen group by PatientID),
disease as (
    select
        PatientID,
        min(left(DiagnosisDate::varchar, 10)) as diagnosis_date,
        max(ISSStage::varchar) as iss,
        max(lower(MProtein::varchar)) as m_protein,
        bool_or(lower(SmolderingMM::varchar) in ('yes', 'true', '1')) as is_smoldering
    from Enhanced_MultipleMyeloma
    group by PatientID
)
select
    d.PatientID::varchar as patient_id,
    d.PracticeID::varchar as site_id,
    d.Gender::varchar as sex,
    left(d.BirthYear::varchar, 4) as birth_date,
    disease.diagnosis_date,
    case when disease.is_smoldering then 'SMM' else 'MM' end as diagnosis,
    case
        when regexp_matches(m_protein, '\bigg\b') and not regexp_matches(m_protein, '\big[adme]\b') then 'IgG'
        when regexp_matches(m_protein, '\biga\b') and not regexp_matches(m_protein, '\big[gdme]\b') then 'IgA'
        when regexp_matches(m_protein, '\bigd\b') and not regexp_matches(m_protein, '\big[game]\b') then 'IgD'
        when regexp_matches(m_protein, '\bigm\b') and not regexp_matches(m_protein, '\big[gade]\b') then 'IgM'
        when regexp_matches(m_protein, 'light chain') and not regexp_matches(m_protein, '\big[gadme]\b') then 'light_chain'
    end as isotype,
    case
        when contains(m_protein, 'kappa') and not contains(m_protein, 'lambda') then 'kappa'
        when contains(m_protein, 'lambda') and not contains(m_protein, 'kappa') then 'lambda'
    end as light_chain,
    disease.iss as reported_iss,
    case when death.PatientID is null then 'alive' else 'dead' end as vital_status,
    left(death.DateOfDeath::varchar, 10) as death_date,
    coalesce(last_seen.seen_on, disease.diagnosis_date) as last_contact_date
from Demographics as d
left join disease on disease.PatientID = d.PatientID
left join last_seen on last_seen.PatientID = d.PatientID
left join Enhanced_Mortality_V2 as death on death.PatientID = d.PatientID
order by d.PatientID
