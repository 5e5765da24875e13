-- Whether each patient was exposed and is refractory to all that a level names: double (lenalidomide and bortezomib),
-- triple_class, penta (two proteasome inhibitors, two immunomodulatory drugs, one anti-CD38).
-- Grain: one row per patient who had a drug, and level. Null: unknown.
-- Key: patient_id, level
-- Step: derive
-- Export: yes
create table refractory_level (
    patient_id varchar,
    level varchar,
    exposed boolean,
    refractory boolean,
    since date  -- first day refractory to all of it; null: not, or is unknown
);
