-- Progressions of precursors per time at risk, by years from diagnosis.
-- Grain: one precursor and period. Null rate: no patient was followed in it.
-- Key: precursor, from_year
-- Step: models
-- Export: yes
create table precursor_rate (
    precursor          varchar not null,  -- MGUS, SMM, plasmacytoma, SLiM
    from_year          bigint not null,
    to_year            bigint not null,
    n                  bigint not null,   -- patients followed in the period
    events             bigint not null,   -- progressions
    person_years       double not null,
    rate_per_100_years double,            -- with exact 95 % limits (Poisson)
    rate_low           double,
    rate_high          double
);
