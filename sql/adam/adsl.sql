-- ADSL: subjects.
-- Grain: one row per patient of the registry; FASFL = 'Y' marks the cohort of the survival tables. Key: USUBJID.
-- Null: not recorded, or is unknown. Race is not in the registry: NOT REPORTED. What a registry plans is what it gives:
-- TRT01P = TRT01A, the drugs of line 1.
with first_line as (
    select patient_id, start_date, drugs from lines
    qualify row_number() over (partition by patient_id order by start_date, line) = 1
),
treated as (
    select patient_id, count(*) as lines from lines group by patient_id
),
followed as (
    select patient_id, end_date from time_to_event where endpoint = 'OS' and origin = 'diagnosis' and event is not null
),
aged as (
    select
        patient_id,
        date_diff('year', birth_date, diagnosis_date)
        - case when strftime(diagnosis_date, '%m%d') < strftime(birth_date, '%m%d') then 1 else 0 end as age
    from patients
),
stages (stage, number) as (values ('I', 1), ('II', 2), ('III', 3), ('IV', 4))
select
    $study as "STUDYID",
    $study || '-' || p.patient_id as "USUBJID",
    p.patient_id as "SUBJID",
    p.site_id as "SITEID",
    age as "AGE",
    'YEARS' as "AGEU",
    case when age < 65 then '<65' when age < 75 then '65-74' when age >= 75 then '>=75' end as "AGEGR1",
    case when age < 65 then 1 when age < 75 then 2 when age >= 75 then 3 end as "AGEGR1N",
    coalesce(p.sex, 'U') as "SEX",
    'NOT REPORTED' as "RACE",
    case when p.diagnosis is null or list_contains($cohort, p.diagnosis) then 'Y' else 'N' end as "FASFL",
    coalesce(replace(f.drugs, ';', ' + '), case when f.patient_id is null then 'NOT TREATED' else 'UNKNOWN' end)
        as "TRT01P",
    "TRT01P" as "TRT01A",
    f.start_date as "TRTSDT",
    coalesce(t.lines, 0) as "NLINES",
    p.diagnosis as "DIAG",
    p.diagnosis_date as "DIAGDT",
    p.registered_on as "REGDT",
    upper(p.isotype) as "ISOTYPE",
    upper(p.light_chain) as "LGHTCHN",
    s.iss as "ISSGR1",
    iss.number as "ISSGR1N",
    upper(s.iss_source) as "ISSSRC",
    s.r_iss as "RISSGR1",
    r_iss.number as "RISSGR1N",
    upper(s.r_iss_source) as "RISSSRC",
    s.r2_iss as "R2ISGR1",
    r2_iss.number as "R2ISGR1N",
    s.mass_3 as "MASSGR1",
    case when s.hr_ims2025 then 'HIGH' when not s.hr_ims2025 then 'STANDARD' end as "RISK2025",
    upper(s.cytogenetic_risk) as "CYTORISK",
    s.high_risk_hits as "HRHITS",
    case when s.ldh_elevated then 'Y' when not s.ldh_elevated then 'N' end as "LDHHIFL",
    case when p.vital_status = 'dead' then 'Y' end as "DTHFL",
    case when p.vital_status = 'dead' then p.death_date end as "DTHDT",
    case when p.vital_status = 'dead' then upper(replace(p.death_cause, '_', ' ')) end as "DTHCAUS",
    coalesce("DTHDT", o.end_date, p.last_contact_date) as "LSTALVDT"
from patients p
left join aged using (patient_id)
left join staging s using (patient_id)
left join first_line f using (patient_id)
left join treated t using (patient_id)
left join followed o using (patient_id)
left join stages iss on iss.stage = s.iss
left join stages r_iss on r_iss.stage = s.r_iss
left join stages r2_iss on r2_iss.stage = s.r2_iss
order by "USUBJID"
