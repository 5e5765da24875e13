-- Response and progression of light chains at each visit of patients with AL amyloidosis, and VEGF of patients with POEMS syndrome (recorded or
-- derived, both).
-- Grain: one row per visit of theirs in `visits`.
-- Null: not measured, or is unknown; unknown_because names the tests that keep a better response, or the change, undecided.
-- A null response with nothing missing: dFLC was not raised at the line's baseline.
-- Key: patient_id, line, visit_date
-- Step: derive
-- Export: yes
create table al_poems_visits (
    patient_id varchar,
    line bigint,
    visit_date date,
    haematologic_response varchar,   -- CR, VGPR, PR, NR; of AL amyloidosis only
    dflc_mg_l double,
    dflc_baseline_mg_l double,
    vegf_pg_ml double,               -- of POEMS syndrome only
    vegf_change double,              -- fraction of the baseline
    unknown_because varchar[],
    haematologic_progression boolean,     -- AL.progression; of AL amyloidosis only
    progressed_by varchar[],              -- its parts that hold: AL.pd_…
    progression_unknown_because varchar[] -- the tests that an unknown one waits for; null: no AL
);
