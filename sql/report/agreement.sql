-- What was derived beside what the clinic recorded
-- Grain: one recorded and derived category. Counts of visits, all lines together.
-- Counts: visits
-- Sums: visits over recorded, derived
select recorded, derived, sum(visits)::bigint as visits from response_agreement group by recorded, derived order by all
