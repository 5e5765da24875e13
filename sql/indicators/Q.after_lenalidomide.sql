-- The first line after refractoriness to lenalidomide, and whether it began with three drugs, a proteasome inhibitor or pomalidomide
-- among them
-- Grain: one row per patient.
from begun_after('lenalidomide', 'proteasome_inhibitor', 'pomalidomide', $drugs, $regimen_days)
