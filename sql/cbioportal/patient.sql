-- Patients: who they are, stage at diagnosis, first line, and survival.
-- Grain: one row per patient. Null: not recorded, or unknown. OS is from diagnosis, PFS from the start of the first line,
-- both in months; an unknown one has neither status nor months.
with first_line as (
    select patient_id, line, drugs, best_response from lines
    qualify row_number() over (partition by patient_id order by start_date, line) = 1
),
treated as (
    select patient_id, count(*) as lines from lines group by patient_id
),
transplanted as (
    select patient_id, bool_or(is_certain) as is_certain from transplant group by patient_id
),
os as (
    select patient_id, event, days from time_to_event
    where endpoint = 'OS' and origin = 'diagnosis' and event is not null
),
pfs as (
    select t.patient_id, t.event, t.days
    from time_to_event t
    join first_line f on f.patient_id = t.patient_id and f.line = t.line
    where t.endpoint = 'PFS' and t.origin = 'line_start' and t.event is not null
)
select
    p.patient_id as "PATIENT_ID",
    case p.sex when 'F' then 'Female' when 'M' then 'Male' end as "SEX",
    date_diff('year', p.birth_date, p.diagnosis_date)
    - case when strftime(p.diagnosis_date, '%m%d') < strftime(p.birth_date, '%m%d') then 1 else 0 end as "AGE",
    p.site_id as "CENTER",
    p.diagnosis as "DIAGNOSIS",
    p.isotype as "ISOTYPE",
    p.light_chain as "LIGHT_CHAIN",
    s.iss as "ISS",
    s.r_iss as "R_ISS",
    s.r2_iss as "R2_ISS",
    s.mass_3 as "MASS",
    case when s.hr_ims2025 then 'high' when not s.hr_ims2025 then 'standard' end as "RISK_IMS_2025",
    s.cytogenetic_risk as "CYTOGENETIC_RISK",
    s.ldh_elevated as "LDH_ELEVATED",
    coalesce(t.lines, 0) as "LINES",
    replace(f.drugs, ';', ' + ') as "FIRST_LINE",
    f.best_response as "FIRST_LINE_RESPONSE",
    -- null: a treatment may have been one
    case when x.patient_id is null then false when x.is_certain then true end as "TRANSPLANTED",
    case when os.event then '1:DECEASED' when not os.event then '0:LIVING' end as "OS_STATUS",
    round(os.days / $days_per_month, 2) as "OS_MONTHS",
    case when pfs.event then '1:PROGRESSION' when not pfs.event then '0:CENSORED' end as "PFS_STATUS",
    round(pfs.days / $days_per_month, 2) as "PFS_MONTHS"
from patients p
left join staging s using (patient_id)
left join first_line f using (patient_id)
left join treated t using (patient_id)
left join transplanted x using (patient_id)
left join os using (patient_id)
left join pfs using (patient_id)
order by "PATIENT_ID"
