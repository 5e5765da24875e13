-- What the indicators were in the store's last run, and what they are now. Empty where there was none to compare with.
-- Grain: one row per indicator and site (null: all sites).
-- The same patients stand behind both, so no test of two samples applies: verdict states whether the share moved by more
-- than the threshold of QA.change; of a descriptive indicator, which is neither good nor bad, it is the same.
-- Key: id, site
-- Step: audit
-- Export: no, it depends on the last run
-- Carry: no
create table quality_change (
    id                 varchar not null,
    site               varchar,
    share_before       double,   -- null: unknown, or not asked
    share_now          double,
    numerator_before   bigint,
    denominator_before bigint,
    numerator_now      bigint,
    denominator_now    bigint,
    verdict            varchar not null  -- better, worse, same; new, gone: a share only now, only before; redefined: the
                                         -- indicator's numbers or the edition of the criteria are other than before
);
