-- What moved since the last run, the most first; not confirmed responses, which move with responses
-- Grain: one subject, was and now. Counts of visits (response), lines (best response, progression, PFS) or patients.
-- Counts: moved, patients
-- Rows: listed
select subject, was, now, moved, patients
from moved
where subject <> 'confirmed response'
order by moved desc, subject, was, now
