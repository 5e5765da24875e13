-- What changed in the indicators since the last run, all sites together, the greatest change first
-- Grain: one indicator.
-- Counts: numerator_before, denominator_before, numerator_now, denominator_now
-- Parts: numerator_before of denominator_before; numerator_now of denominator_now
-- Figures: share_before of numerator_before, denominator_before; share_now of numerator_now, denominator_now
select
    id, states as question, share_before, share_now, numerator_before, denominator_before, numerator_now, denominator_now
from quality_change join criterion using (id)
where site is null and share_before is distinct from share_now
order by abs(share_now - share_before) desc nulls last, id
