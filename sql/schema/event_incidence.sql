-- What competes with what, over time (Aalen-Johansen): first adverse events with death, causes of death, and progression of
-- precursors with death.
-- Grain: one analysis, origin and cause. No rows of adverse events where the extract has no such table, nor of deaths where no
-- cause was ever recorded.
-- at_…: cumulative incidence at so many months, with 95 % limits (log-log); null where no patient is followed that far, limits
-- also while it is 0. A patient counts only from registration on (left truncation).
-- Key: analysis, origin, line, cause
-- Step: models
-- Export: yes
-- Counts: n, events, n_entered_late, n_never_at_risk, n_before, n_unknown
-- Parts: n_entered_late of n
-- Sums: events over cause within analysis, origin, line of n
-- Figures: at_12, at_12_low, at_12_high, at_24, at_24_low, at_24_high, at_60, at_60_low, at_60_high of n
-- Figures: at_120, at_120_low, at_120_high, at_240, at_240_low, at_240_high, at_300, at_300_low, at_300_high of n
-- Labels: line
create table event_incidence (
    analysis            varchar not null,  -- second_primary, jaw_osteonecrosis, venous_thromboembolism, skeletal_event;
                                           -- death_cause; non_relapse; mgus_progression, smm_progression,
                                           -- plasmacytoma_progression, slim_progression
    origin              varchar not null,  -- line_start, diagnosis
    line                bigint,            -- null: from diagnosis
    cause               varchar not null,  -- the event, death; myeloma_death, other_death, unknown_cause; relapse,
                                           -- non_relapse_death; progression, death
    n                   bigint not null,   -- patients
    events              bigint not null,   -- of this cause
    n_entered_late      bigint not null,   -- of n: registered after the start, at risk only from then on
    n_never_at_risk     bigint not null,   -- left out: time ended before, or as, they were registered
    n_before            bigint not null,   -- left out: had such an event before the start
    n_unknown           bigint not null,   -- left out: whether or when is not known
    at_12               double,
    at_12_low           double,
    at_12_high          double,
    at_24               double,
    at_24_low           double,
    at_24_high          double,
    at_60               double,
    at_60_low           double,
    at_60_high          double,
    at_120              double,
    at_120_low          double,
    at_120_high         double,
    at_240              double,
    at_240_low          double,
    at_240_high         double,
    at_300              double,
    at_300_low          double,
    at_300_high         double,
    unestimable_because varchar            -- null where the curves could be estimated, or there is no patient
);
