-- Intervals between tests of M-protein of patients with smouldering myeloma, and whether each is short enough for when it begins
-- Grain: one row per interval, dated by its beginning: the diagnosis, or a test.
from precursor_tested(
    'SMM', $first_months, $first_limit_months, $second_months, $second_limit_months, $late_limit_months, $tolerance_days
)
