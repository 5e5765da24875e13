-- What became of each test that Table 2 asks for before the first line (Q.work_up).
-- Grain: one row per patient with myeloma and test. Internal: never in a shared report.
-- Key: test, patient_id
-- Step: audit
-- Export: yes
create table work_up_row (
    test       varchar not null,  -- as rules/audit/work_up.toml names it
    site       varchar not null,  -- unknown: not recorded
    patient_id varchar not null,
    status     varchar not null   -- done, not_done; unknown: no first line, or a record that could not be read;
                                  -- never_recorded: by this site, of any patient at any time
);
