-- Clauses that the two runs state or number otherwise
-- Grain: one row per clause.
select id
from store_a.criterion as was full join store_b.criterion as now using (id)
where was.states is distinct from now.states or was.numbers is distinct from now.numbers
order by id
