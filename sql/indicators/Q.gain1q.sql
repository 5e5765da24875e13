-- Patients with myeloma, and whether a gain of 1q was looked for near diagnosis
-- Grain: one row per patient.
from fish_looked_for(['gain1q'], $window_days)
