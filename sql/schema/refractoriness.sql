-- To which drugs each patient was exposed and is refractory, by the line in which they were given (RR.refractory).
-- Grain: one row per patient, line and drug. Null drug: a treatment that may be of the line names none, or one that the vocabulary
-- (rules/intake/drugs.toml) does not know, or was refused; it may have been any, so exposed is null. Null line: of a refused treatment,
-- where no line is known. Null class: of conventional chemotherapy and steroids, by which refractoriness is not judged. Null refractory:
-- can't be determined.
-- Key: patient_id, line, drug
-- Step: derive
-- Export: yes
create table refractoriness (
    patient_id varchar,
    line bigint,
    drug varchar,
    class varchar,
    exposed boolean,
    refractory boolean,
    since date,  -- first day refractory; null: not, or is unknown
    unknown_because varchar[]  -- tests that an unknown answer waits for
);
