-- Intervals between tests of M-protein of patients with MGUS, and whether each is short enough for when it begins
-- Grain: one row per interval, dated by its beginning: the diagnosis, or a test.
from precursor_tested(
    'MGUS', $early_months, $early_limit_months, $early_months, $early_limit_months, $late_limit_months, $tolerance_days
)
