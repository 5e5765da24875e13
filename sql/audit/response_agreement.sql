-- How often the clinic recorded each category where each was derived
-- Grain: one row per line and pair of categories that occurs.
select line, recorded, derived, count(*) as visits
from judged
group by line, recorded, derived
