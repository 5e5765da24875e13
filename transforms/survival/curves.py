"""Kaplan-Meier curves, any number at once, and what is read off them. Intervals are 95 %, log-log (R:
conf.type="log-log").

A row of `followed` is a patient in a curve: `curve` (a number), `days`, `event` and `entry_days`, nothing null but the
last: null is under observation from the start, day 0 included; a number is at risk only after that day (R: Surv(start,
stop, event), start < t <= stop).
"""

import numpy as np
import polars as pl

from transforms.survival.risk_sets import NORMAL_QUANTILE
from transforms.survival.risk_table import is_broken, risk_table
from transforms.survival.tables import DAYS_PER_MONTH, DECIMALS, LANDMARKS, RMST_MONTHS

NO_ONE_AT_RISK = "no patient at risk before the last ones enter"
LIMITS = ("ci_low", "ci_high")


def kaplan_meier(followed: pl.DataFrame) -> pl.DataFrame:
    """The estimates, one row per curve and day on which someone enters late, has the event or is censored, and day 0.

    `survival` and its limits are not rounded yet (`rounded`). A curve that can't be estimated (`is_broken`) has no row.
    """
    return estimated(risk_table(followed).filter(~is_broken()))


def estimated(table: pl.DataFrame) -> pl.DataFrame:
    """A `risk_table` with the estimate and its limits on each day, by lifelines: every curve in one call."""
    if table.is_empty():
        return table.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("survival", *LIMITS))
    import pandas as pd  # takes long to load, as lifelines
    from lifelines import KaplanMeierFitter

    # What `fit` does once per curve: its terms of a day, their sums along the curve, and the limits about them.
    fitter = KaplanMeierFitter()
    at_risk, events = (pd.Series(table[name].to_numpy()) for name in ("at_risk", "events"))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = {"log": fitter._additive_f(at_risk, events), "variance": fitter._additive_var(at_risk, events)}
        # Where no one is at risk there is no term, and nothing moves.
        sums = table.select("curve", **{name: pl.Series(term.to_numpy()).fill_nan(0) for name, term in terms.items()})
        sums = sums.select(pl.col("log", "variance").cum_sum().over("curve"))
        survival = np.exp(sums["log"].to_numpy())
        fitter.timeline = np.arange(table.height)
        variance = pd.Series(sums["variance"].to_numpy())
        limits = fitter._bounds(pd.DataFrame(survival), variance, fitter.alpha, LIMITS)
    return table.with_columns(
        pl.Series("survival", survival), *(pl.Series(name, limits[name].to_numpy()) for name in LIMITS)
    )


def rounded(steps: pl.DataFrame) -> pl.DataFrame:
    """Steps as they are stored. The log-log interval doesn't exist at 0 and 1: from 0 to 0 would claim certainty."""
    is_between = (pl.col("survival") > 0) & (pl.col("survival") < 1)
    return steps.with_columns(
        pl.col("survival").round(DECIMALS), pl.when(is_between).then(pl.col(LIMITS).fill_nan(None).round(DECIMALS))
    )


def summaries(followed: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Everything read off the curves, one row each; nulls as `survival` says. `steps`: their `kaplan_meier`."""
    drawn = steps["curve"].unique().implode()
    counts = followed.group_by("curve").agg(
        n=pl.len().cast(pl.Int64),
        events=pl.col("event").sum().cast(pl.Int64),
        n_entered_late=pl.col("entry_days").count().cast(pl.Int64),
        at_risk_from_day=pl.col("entry_days").fill_null(0).min(),
    )
    why_not = pl.when(~pl.col("curve").is_in(drawn)).then(pl.lit(NO_ONE_AT_RISK))
    found = counts.with_columns(unestimable_because=why_not)
    for read in (read_off(rounded(steps)), _restricted_means(steps), _follow_up(steps)):
        found = found.join(read, on="curve", how="left", maintain_order="left")
    return found


def medians() -> dict[str, pl.Expr]:
    """Of the rounded steps of a curve: months to the first day at which one half or fewer survive, null if never."""
    halves = {"median_months": "survival", "median_ci_low": "ci_low", "median_ci_high": "ci_high"}
    return {name: pl.col("day").filter(pl.col(half) <= 0.5).first() / DAYS_PER_MONTH for name, half in halves.items()}


def read_off(steps: pl.DataFrame) -> pl.DataFrame:
    """Of the rounded steps of each curve the medians and what survives at each of `LANDMARKS`, with limits."""

    def at(column: str, months: int) -> pl.Expr:
        # no patient is left to see whether it comes down further: only 0 stays what it is
        is_known = (pl.col("day") >= months * DAYS_PER_MONTH) | (pl.col("survival") == 0)
        return pl.when(is_known.any()).then(pl.col(column).filter(pl.col("day") <= months * DAYS_PER_MONTH).last())

    return steps.group_by("curve").agg(
        **{name: median.round(DECIMALS) for name, median in medians().items()},
        **{f"at_{months}": at("survival", months) for months in LANDMARKS},
        **{f"at_{months}_{end}": at(f"ci_{end}", months) for months in LANDMARKS for end in ("low", "high")},
    )


def restricted_means(steps: pl.DataFrame, most: float = RMST_MONTHS * DAYS_PER_MONTH) -> pl.DataFrame:
    """Of each curve the mean days lived of the first `most`, or of as many (`until`) as are followed where that is
    fewer, with its standard `error`. `steps` are as `kaplan_meier` has them.

    Once no one survives the rest of the days is known, and adds nothing. The error is by Greenwood's variance: the
    squared area to the right of each event, by what the event adds to the variance of the log.
    """
    last = pl.col("survival").last().round(DECIMALS)
    until = pl.when(last > 0).then(pl.min_horizontal(pl.lit(most), pl.col("day").last())).otherwise(most)
    bounded = steps.with_columns(until=until.over("curve")).filter(pl.col("until") > 0)
    to = pl.min_horizontal(pl.col("day").shift(-1).over("curve"), "until")
    area = (pl.col("survival") * (to - pl.col("day"))).clip(lower_bound=0)
    d, n = pl.col("events"), pl.col("at_risk")
    adds = pl.when(n > d).then(pl.col("right") ** 2 * d / (n * (n - d))).otherwise(0)
    return (
        bounded.with_columns(area=area)
        .with_columns(right=pl.col("area").cum_sum(reverse=True).over("curve"))
        .group_by("curve", maintain_order=True)
        .agg(mean=pl.col("area").sum(), error=adds.sum().sqrt(), until=pl.col("until").first())
    )


def _restricted_means(steps: pl.DataFrame) -> pl.DataFrame:
    means, wide = restricted_means(steps), NORMAL_QUANTILE * pl.col("error")
    months = {
        "rmst_months": pl.col("mean"),
        "rmst_ci_low": (pl.col("mean") - wide).clip(lower_bound=0),
        "rmst_ci_high": pl.min_horizontal(pl.col("mean") + wide, "until"),
        "rmst_to_months": pl.col("until"),
    }
    return means.select("curve", **{name: (days / DAYS_PER_MONTH).round(DECIMALS) for name, days in months.items()})


def _follow_up(steps: pl.DataFrame) -> pl.DataFrame:
    """Median follow-up by reverse Kaplan-Meier: the event is to be censored, and a death ends it unseen."""
    turned = steps.select("curve", "day", "at_risk", "entered", events="censored", censored="events")
    reverse = rounded(estimated(turned.filter(~is_broken())))
    return reverse.group_by("curve").agg(followup_median_months=medians()["median_months"].round(DECIMALS))
