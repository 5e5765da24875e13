-- Visits to review, as clinic and derivation differ, the most consequential first.
-- Grain: one row per visit: patient_id, line, visit_date. Internal: never in a shared report.
-- consequence, in this order: what taking the clinic's word would do to the line's PFS (progression_added, progression_removed;
-- progression_earlier, progression_later by `days`, the most days first), response (PR or better against below), category (others,
-- the furthest apart first).
-- Key: rank
-- Step: audit
-- Export: yes
create table agreement_review (
    rank                bigint not null,
    patient_id          varchar not null,
    line                bigint not null,
    visit_date          date not null,
    assessed_on         date not null,
    recorded            varchar not null,
    derived             varchar not null,
    confirmed           varchar,
    consequence         varchar not null,
    days                bigint,     -- from the derived progression to the recorded one; null unless both are there
    progression_reasons varchar[],  -- clauses of a derived progression
    limited_by          varchar[]   -- missing tests that keep a better response out of reach
);
