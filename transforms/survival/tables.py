"""What a curve is of, and the two tables that are made: `survival` (a row is a curve) and `survival_curve` (a step)."""

from typing import NamedTuple

import polars as pl

# Whose survival is asked for; a patient without a recorded diagnosis is in a myeloma registry, so counts too.
COHORT = ("MM", "PCL")

DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 12 * DAYS_PER_MONTH
LANDMARKS = (12, 24, 36, 60)
RMST_MONTHS = 60
ALL = "all"
UNKNOWN = "unknown"
# Strata of patients about whom nothing is known: they have a curve, and no part in a test or a model.
TELLS_NOTHING = (UNKNOWN, "not_tested", "not_evaluable")

# Nine decimals: enough to read, too few for a product of fractions that is one half to miss the median.
DECIMALS = 9

KEY = {
    "endpoint": pl.String,
    "origin": pl.String,
    "line": pl.Int64,
    "stratum_by": pl.String,
    "stratum": pl.String,
}
SURVIVAL = {
    **{name: KEY[name] for name in ("endpoint", "origin", "line")},
    "progression_source": pl.String,
    **{name: KEY[name] for name in ("stratum_by", "stratum")},
    "n": pl.Int64,
    "n_unknown": pl.Int64,
    "events": pl.Int64,
    **dict.fromkeys(("median_months", "median_ci_low", "median_ci_high"), pl.Float64),
    **{f"at_{months}": pl.Float64 for months in LANDMARKS},
    "p_logrank": pl.Float64,
    **{f"at_{months}_{limit}": pl.Float64 for months in LANDMARKS for limit in ("low", "high")},
    **dict.fromkeys(("rmst_months", "rmst_ci_low", "rmst_ci_high", "rmst_to_months"), pl.Float64),
    "followup_median_months": pl.Float64,
    "p_trend": pl.Float64,
    "delayed_entry": pl.Boolean,
    **dict.fromkeys(("n_entered_late", "n_never_at_risk", "n_entry_unknown", "at_risk_from_day"), pl.Int64),
    "unestimable_because": pl.String,
}
SURVIVAL_CURVE = {
    **KEY,
    **dict.fromkeys(("day", "at_risk", "events", "censored"), pl.Int64),
    **dict.fromkeys(("survival", "ci_low", "ci_high"), pl.Float64),
    "entered": pl.Int64,
}


class Origin(NamedTuple):
    """What a curve is of: an endpoint, where its time starts, and the line.

    A null line is time from diagnosis, or, where time starts with a line, a comparison of the lines themselves.
    """

    endpoint: str
    origin: str
    line: int | None


CURVES = (
    Origin("OS", "diagnosis", None),
    Origin("OS", "line_start", 1),
    Origin("PFS", "line_start", 1),
    Origin("PFS2", "line_start", 1),
    Origin("TTD", "line_start", 1),
    Origin("OS", "line_start", 2),
    Origin("PFS", "line_start", 2),
)
# From the diagnosis of AL amyloidosis, of those who have it: they are no part of the cohort of the others.
OF_AMYLOIDOSIS = Origin("OS", "al_diagnosis", None)
BY_LINE = (Origin("OS", "line_start", None), Origin("PFS", "line_start", None), Origin("TTD", "line_start", None))
