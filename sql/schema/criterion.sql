-- The clauses of the edition that the run followed: words, numbers (JSON), source and citation.
-- Grain: one row per clause.
-- Key: id
-- Step: find_changes
-- Export: no
create table criterion (
    id varchar,
    states varchar,
    numbers varchar,
    source varchar,
    citation varchar,
    decision varchar,
    about varchar  -- of an indicator of the quality audit (JSON): group, rows, denominator, numerator, reference, grade
);
