-- The first line after refractoriness to bortezomib, and whether it began with three drugs, an immunomodulatory drug or carfilzomib
-- among them
-- Grain: one row per patient.
from begun_after('bortezomib', 'immunomodulatory_drug', 'carfilzomib', $drugs, $regimen_days)
