-- How these results were made
-- Grain: one row. settings and versions are JSON text.
-- Counts: none
select columns('^(criteria|version|settings|versions|dates_invented)$')  -- the last as far as the store has it
from run
order by number desc
limit 1
