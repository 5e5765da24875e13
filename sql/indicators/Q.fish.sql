-- Patients with myeloma, and whether all three of the abnormalities of high risk were looked for near diagnosis
-- Grain: one row per patient.
from fish_looked_for(['del17p', 't(4;14)', 't(14;16)'], $window_days)
