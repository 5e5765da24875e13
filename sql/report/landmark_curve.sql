-- Curves by MRD from the landmark to quote, step by step
-- Grain: one endpoint of line 1, stratum and day from the landmark.
-- Curve: survival over stratum within endpoint, origin, line, landmark_months, factor, stratum_by
select curve.*, 'mrd' as stratum_by, 0 as entered
from landmark_curve as curve
semi join (select endpoint, landmark_months, factor from landmark where is_default and factor = 'mrd')
    using (endpoint, landmark_months, factor)
order by endpoint, stratum, day
