-- Concordance index (Harrell) of each staging system
-- Grain: one endpoint and staging, of the same patients or of the staging's own.
-- patients: same, those for whom every staging is known that is known of any patient; own, those for whom this one is.
-- A pair is comparable where the one has the event while the other is at risk, from patients.registered_on on; pairs of
-- one stage count one half. Null concordance: see reason.
-- Key: endpoint, origin, line, patients, staging
-- Step: models
-- Export: yes
-- Counts: n, events, n_stage_unknown, n_left_out, n_entered_late
-- Parts: events of n; n_entered_late of n
-- Figures: concordance, standard_error, ci_low, ci_high, pairs of n, events
-- Labels: line
create table concordance (
    endpoint        varchar not null,  -- OS, PFS
    origin          varchar not null,  -- diagnosis, line_start
    line            bigint,
    patients        varchar not null,  -- same, own
    staging         varchar not null,  -- iss, r_iss, r2_iss, mass_3, hr_ims2025
    n               bigint not null,   -- patients compared
    events          bigint not null,
    n_stage_unknown bigint not null,   -- left out: a staging that is needed is not known
    n_left_out      bigint not null,   -- left out of the others: time or event not known, or not followed after entry
    n_entered_late  bigint not null,   -- of n: at risk only from their registration on
    pairs           double,            -- comparable pairs of patients
    concordance     double,            -- 0.5: no better than chance; 1: the worse stage always has the event first
    standard_error  double,            -- infinitesimal jackknife
    ci_low          double,            -- 95 %, normal
    ci_high         double,
    reason          varchar            -- no_pairs
);
