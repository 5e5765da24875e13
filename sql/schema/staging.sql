-- Stage at diagnosis.
-- Grain: one row per patient. Null: can't be determined; unknown_because names the tests that stood in the way.
-- Key: patient_id
-- Step: derive
-- Export: yes
create table staging (
    patient_id varchar,
    iss varchar,
    r_iss varchar,
    r2_iss varchar,
    iss_source varchar,
    r_iss_source varchar,
    cytogenetic_risk varchar,
    high_risk_hits bigint,
    ldh_elevated boolean,
    unknown_because varchar,
    r_iss_possible varchar[],
    high_risk boolean,  -- HR.risk
    high_risk_because varchar[],
    high_risk_unknown_because varchar[],
    high_risk_hits_at_most bigint,  -- above high_risk_hits where that is a lower bound, as some were not looked for
    double_hit boolean,  -- CA.hits
    hr_ims2025 boolean,  -- HR.ims2025: true high risk, false standard
    hr_ims2025_because varchar[],  -- del17p, tp53_mutation, translocation, del1p32, beta2_microglobulin
    hr_ims2025_unknown_because varchar[],
    mass_3 varchar,  -- MASS.3: 0, 1, 2+
    mass_3_unknown_because varchar[],
    al_stage varchar,  -- AL.stage_…: I, II, IIIa, IIIb; null: no AL amyloidosis, recorded or derived, or unknown
    al_stage_unknown_because varchar[]  -- null: no AL amyloidosis
);
