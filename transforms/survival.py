"""Kaplan-Meier curves and their summaries, overall and by stage, from times to event.

Days are whole; a month is 30.4375 of them. Intervals are 95 %, log-log (R: conf.type="log-log").
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

# Whose survival is asked for; a patient without a recorded diagnosis is in a myeloma registry, so counts too.
COHORT = ("MM", "PCL")

DAYS_PER_MONTH = 30.4375
LANDMARKS = (12, 24, 36, 60)
UNKNOWN = "unknown"

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
}
SURVIVAL_CURVE = {
    **KEY,
    **dict.fromkeys(("day", "at_risk", "events", "censored"), pl.Int64),
    **dict.fromkeys(("survival", "ci_low", "ci_high"), pl.Float64),
}


class Origin(NamedTuple):
    """What a curve is of: an endpoint, where its time starts, and the line (null: from diagnosis)."""

    endpoint: str
    origin: str
    line: int | None


CURVES = (Origin("OS", "diagnosis", None), Origin("OS", "line_start", 1), Origin("PFS", "line_start", 1))
STRATA = ("overall", "iss", "r_iss")


def survival(
    time_to_event: pl.DataFrame, staging: pl.DataFrame, patients: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries (a row is a curve) and curves (a row is a day on which a curve, or who is at risk, changes).

    The cohort is every patient with myeloma, plasma cell leukaemia or no diagnosis recorded. A patient whose
    event or time is unknown is left out of the curve and counted in `n_unknown`; `n` counts those used. A
    stage that is null is the stratum `unknown`: it has a curve, and no part in the log-rank test.

    `median_months` and its limits are null where the curve (the limit) never comes down to one half, `at_…`
    where nobody is followed that far, `ci_low` and `ci_high` once nobody survives, `p_logrank` where fewer
    than two known strata can be compared. `progression_source` is null but for PFS.

    Raises ValueError on a negative, fractional or undefined number of days, on an event that isn't true or
    false, and on a patient who is in one curve twice.
    """
    times = _cohort_times(time_to_event, staging, patients)
    _check(times)
    times = times.with_columns(pl.col("event").cast(pl.Boolean))  # a column of nulls alone has no type
    summaries: list[dict[str, Any]] = []
    curves: list[pl.DataFrame] = []
    for origin, of_origin in _by_origin(times):
        for stratum_by in STRATA:
            for summary, curve in _stratified(of_origin, stratum_by):
                key = {**origin._asdict(), "stratum_by": stratum_by, "stratum": summary["stratum"]}
                summaries.append({**key, **summary})
                curves.append(_keyed(curve, key))
    return (
        pl.DataFrame(summaries, schema=SURVIVAL),
        pl.concat(curves) if curves else pl.DataFrame(schema=SURVIVAL_CURVE),
    )


def _cohort_times(time_to_event: pl.DataFrame, staging: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    is_myeloma = pl.col("diagnosis").is_null() | pl.col("diagnosis").is_in(COHORT)
    cohort = patients.filter(is_myeloma).select("patient_id")
    stages = staging.select(
        "patient_id",
        pl.lit("all").alias("overall"),
        pl.col("iss", "r_iss").cast(pl.String),
    )
    return (
        time_to_event.join(cohort, on="patient_id", how="semi")
        .join(stages, on="patient_id", how="left")
        .with_columns(pl.col("overall").fill_null("all"), pl.col("iss", "r_iss").fill_null(UNKNOWN))
    )


def _check(times: pl.DataFrame) -> None:
    """Refuse what lifelines takes without a word: negative times, and codes that it reads as an event."""
    if times.height and times["event"].dtype not in (pl.Boolean, pl.Null):
        raise ValueError(f"time_to_event.event must be true, false or null, found {times['event'].dtype}")
    # NaN and infinity survive no comparison with their own floor; null stays null and is counted as unknown.
    days = pl.col("days").cast(pl.Float64)
    wrong = times.filter((days < 0) | ~days.is_finite() | (days != days.floor())).height
    if wrong:
        raise ValueError(f"time_to_event.days must be whole days, not negative: {wrong} rows are not")
    repeated = times.filter(
        pl.struct("patient_id", "endpoint", "origin", "line").is_duplicated()
        & pl.any_horizontal(_belongs_to(origin) for origin in CURVES)
    ).height
    if repeated:
        raise ValueError(f"time_to_event must have one row per patient, endpoint and line: {repeated} share one")


def _belongs_to(origin: Origin) -> pl.Expr:
    return (
        (pl.col("endpoint") == origin.endpoint)
        & (pl.col("origin") == origin.origin)
        & pl.col("line").eq_missing(pl.lit(origin.line))
    )


def _by_origin(times: pl.DataFrame) -> Iterator[tuple[Origin, pl.DataFrame]]:
    for origin in CURVES:
        yield origin, times.filter(_belongs_to(origin))


def _stratified(times: pl.DataFrame, stratum_by: str) -> Iterator[tuple[dict[str, Any], pl.DataFrame]]:
    is_told = pl.col("event").is_not_null() & pl.col("days").is_not_null()
    told = times.filter(is_told)
    p = None if stratum_by == "overall" else _p_logrank(told, stratum_by)
    for stratum in times[stratum_by].unique().sort().to_list():
        of_stratum = pl.col(stratum_by) == stratum
        curve = _curve(told.filter(of_stratum))
        yield (
            {
                "stratum": stratum,
                "progression_source": _source(told.filter(of_stratum)),
                "n_unknown": times.filter(of_stratum, ~is_told).height,
                **_summary(curve),
                "p_logrank": None if stratum == UNKNOWN else p,
            },
            curve,
        )


def _source(told: pl.DataFrame) -> str | None:
    """Where the progressions of these patients come from; `mixed` where not all from one place."""
    found = told["progression_source"].drop_nulls().unique().to_list()
    return "mixed" if len(found) > 1 else next(iter(found), None)


def _curve(told: pl.DataFrame) -> pl.DataFrame:
    """The Kaplan-Meier estimate, one row per day with an event or a censoring, and day 0; none for nobody."""
    if told.is_empty():
        return pl.DataFrame(schema=SURVIVAL_CURVE).drop(*KEY)
    # Takes seconds to import, and only a run that has someone to follow needs it.
    from lifelines import KaplanMeierFitter

    fit = KaplanMeierFitter().fit(told["days"].cast(pl.Int64).to_numpy(), told["event"].cast(pl.Int8).to_numpy())
    steps, limits = fit.event_table, fit.confidence_interval_
    survives = pl.col("survival") > 0
    return pl.DataFrame(
        {
            "day": steps.index.to_numpy(),
            "at_risk": steps["at_risk"].to_numpy(),
            "events": steps["observed"].to_numpy(),
            "censored": steps["censored"].to_numpy(),
            "survival": fit.survival_function_.iloc[:, 0].to_numpy(),
            "ci_low": limits.iloc[:, 0].to_numpy(),
            "ci_high": limits.iloc[:, 1].to_numpy(),
        }
    ).with_columns(
        pl.col("day", "at_risk", "events", "censored").cast(pl.Int64),
        pl.col("survival").round(DECIMALS),
        # Greenwood's variance doesn't exist at 0; an interval from 0 to 0 would claim certainty.
        pl.when(survives).then(pl.col("ci_low", "ci_high").fill_nan(None).round(DECIMALS)),
    )


def _summary(curve: pl.DataFrame) -> dict[str, Any]:
    return {
        "n": curve["at_risk"].max() or 0,
        "events": curve["events"].sum(),
        "median_months": _months_to_half(curve, "survival"),
        "median_ci_low": _months_to_half(curve, "ci_low"),
        "median_ci_high": _months_to_half(curve, "ci_high"),
        **{f"at_{months}": _survival_at(curve, months) for months in LANDMARKS},
    }


def _months_to_half(curve: pl.DataFrame, column: str) -> float | None:
    """Months to the first day at which one half or fewer survive; null if that is never reached."""
    reached = curve.filter(pl.col(column) <= 0.5)["day"]
    return round(reached[0] / DAYS_PER_MONTH, DECIMALS) if reached.len() else None


def _survival_at(curve: pl.DataFrame, months: int) -> float | None:
    days = months * DAYS_PER_MONTH
    is_followed = (curve["day"] >= days).any()
    return curve.filter(pl.col("day") <= days)["survival"][-1] if is_followed else None


def _p_logrank(told: pl.DataFrame, stratum_by: str) -> float | None:
    """Of the hypothesis that all known strata have one curve; null where the data hold no comparison."""
    known = told.filter(pl.col(stratum_by) != UNKNOWN)
    last_days = known.group_by(stratum_by).agg(pl.col("days").max())["days"].sort(descending=True)
    first_event = known.filter(pl.col("event"))["days"].min()
    # An event that only one stratum is still there to have compares nothing; lifelines would say p = 1.
    if first_event is None or last_days.len() < 2 or last_days[1] < first_event:
        return None
    from lifelines.statistics import multivariate_logrank_test

    p = float(
        multivariate_logrank_test(
            known["days"].cast(pl.Int64).to_numpy(),
            known[stratum_by].to_numpy(),
            known["event"].cast(pl.Int8).to_numpy(),
        ).p_value
    )
    return p if math.isfinite(p) else None


def _keyed(curve: pl.DataFrame, key: dict[str, Any]) -> pl.DataFrame:
    named = [pl.lit(key[name], dtype=dtype).alias(name) for name, dtype in KEY.items()]
    return curve.select(*named, *(name for name in SURVIVAL_CURVE if name not in KEY))
