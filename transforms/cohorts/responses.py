"""Responses of a cohort's lines: rates, depth as time goes on, and the best change of M-protein.

`lines` are a cohort's (`member_lines`): a row per cohort, patient and line. Shares are fractions.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from rules.categories import BEST_FIRST, CATEGORIES
from transforms.cohorts.regimens import ALL_REGIMENS, MEMBER_LINE
from transforms.cohorts.shares import shares
from transforms.models.aalen_johansen import aalen_johansen
from transforms.survival import DAYS_PER_MONTH
from transforms.survival.line_strata import LINE
from transforms.survival.risk_sets import FROM_START

LINES_TOGETHER_FROM = 4  # as response_rates_by_line_and_regimen has it
COUNTS = {name.lower(): name for name in ("NE", *BEST_FIRST[:-1])}
DEPTHS = CATEGORIES[CATEGORIES.index("PR") :]
REACHED, ENDED, CENSORED = 1, 2, 0
SERUM, URINE, FLC, MARROW = "serum_m_g_dl", "urine_m_mg_24h", "dflc_mg_l", "marrow_percent"
# The figure that a line is followed by, and its baseline, by what the line is measurable by.
FOLLOWED_BY = {"serum": SERUM, "serum+urine": SERUM, "urine": URINE, "flc": FLC, "marrow": MARROW}
BASELINE = {
    SERUM: "serum_m_baseline_g_dl",
    URINE: "urine_m_baseline_mg_24h",
    FLC: "dflc_baseline_mg_l",
    MARROW: "marrow_baseline_percent",
}


def is_at_least(response: str, least: str) -> pl.Expr:
    """Whether a response is of this category or a better one; null where there is no response."""
    better = CATEGORIES[CATEGORIES.index(least) :]
    return pl.when(pl.col(response).is_not_null()).then(pl.col(response).is_in(better))


def response_rates(lines: pl.DataFrame, together_from: int | None = LINES_TOGETHER_FROM) -> pl.DataFrame:
    """A row per cohort, line (the last stands for it and those after it) and `regimen`, and one of `all` of them.

    `lines` have `regimen`. The rates (`response`: PR or better; `vgpr`, `cr`, each or better) are of the evaluable,
    which have a visit that is not NE; `ne`: every visit was NE; `none`: no visit.
    """
    of_line = lines.with_columns(pl.col("line").clip(upper_bound=together_from))
    every = of_line.with_columns(regimen=pl.lit(ALL_REGIMENS))
    best = pl.col("best_response")
    at_least = {name: is_at_least("best_response", least).sum() for name, least in _RATES.items()}
    counted = (
        pl.concat([every, of_line])
        .group_by("cohort", "line", "regimen")
        .agg(
            lines=pl.len(),
            evaluable=(best != "NE").sum(),
            none=best.is_null().sum(),
            **{name: (best == category).sum() for name, category in COUNTS.items()},
            **{f"{name}_n": part for name, part in at_least.items()},
        )
        .with_columns(pl.selectors.unsigned_integer().cast(pl.Int64))
    )
    rates = {
        column: share
        for name in _RATES
        for column, share in shares(f"{name}_share", pl.col(f"{name}_n"), pl.col("evaluable")).items()
    }
    is_some = pl.col("regimen") != ALL_REGIMENS
    return counted.with_columns(**rates).sort("cohort", "line", is_some, -pl.col("lines"), "regimen")


_RATES = {"response": "PR", "vgpr": "VGPR", "cr": "CR"}


def depth_reached(visits: pl.DataFrame) -> pl.DataFrame:
    """A row per line with an evaluable visit: the last of them (`last_seen`), and for each of `DEPTHS` the first visit
    whose best confirmed response so far is that deep.
    """
    reached = {name: pl.col("visit_date").filter(is_at_least("best_response", name)).min() for name in DEPTHS}
    evaluable = visits.filter(pl.col("line").is_not_null(), pl.col("response") != "NE")
    return evaluable.group_by(LINE).agg(last_seen=pl.col("visit_date").max(), **reached)


def times_to_depth(lines: pl.DataFrame, reached: pl.DataFrame, time_to_event: pl.DataFrame) -> pl.DataFrame:
    """A row per line and depth (PR, VGPR, CR, sCR, each or better): `days`, and `state` when they end.

    Reached as `depth_reached` has it; ended without it by progression, the next line or death; else censored at the
    last evaluable visit. Null: the line is not evaluable (no visit that is not NE), or whether and when it ended is not
    known.
    """
    ends = time_to_event.filter(pl.col("endpoint") == "TTNT").select(
        *LINE, "event", ended_on=pl.when("event").then("end_date")
    )
    evaluable = (pl.col("best_response") != "NE").fill_null(value=False) & pl.col("last_seen").is_not_null()
    stop = pl.min_horizontal("ended_on", "progression_date")
    on = pl.min_horizontal(pl.coalesce(stop, "last_seen"), "reached_on")
    is_reached = (pl.col("reached_on") <= on).fill_null(value=False)
    state = pl.when(is_reached).then(REACHED).when(stop.is_not_null()).then(ENDED).otherwise(CENSORED)
    is_known = evaluable & (pl.col("event").is_not_null() | pl.col("reached_on").is_not_null())
    return (
        lines.join(reached, on=LINE, how="left")
        .join(ends, on=LINE, how="left")
        .unpivot(
            DEPTHS,
            index=[*MEMBER_LINE, "start_date", "best_response", "last_seen", "event", "ended_on", "progression_date"],
            variable_name="depth",
            value_name="reached_on",
        )
        .select(
            *MEMBER_LINE,
            "depth",
            evaluable=evaluable,
            days=pl.when(is_known).then((on - pl.col("start_date")).dt.total_days().clip(0)),
            state=pl.when(is_known).then(state),
        )
    )


def depth_over_time(times: pl.DataFrame) -> pl.DataFrame:
    """A row per cohort, depth and day on which something changes: the share whose best response so far is that deep.

    The estimate is Aalen and Johansen's: who ended without it counts as one who never reached it, who is followed no
    longer counts as those still followed. `at_risk`: followed, in line and not that deep yet.
    """
    parts = [
        _incidence(part, cohort=str(cohort), depth=str(depth))
        for (cohort, depth), part in times.drop_nulls("days").group_by("cohort", "depth", maintain_order=True)
    ]
    return pl.concat([pl.DataFrame(schema=DEPTH_CURVE), *parts])


DEPTH_CURVE = {
    "cohort": pl.String,
    "stratum": pl.String,
    "day": pl.Int64,
    "at_risk": pl.Int64,
    **dict.fromkeys(("value", "ci_low", "ci_high"), pl.Float64),
}


def _incidence(part: pl.DataFrame, *, cohort: str, depth: str) -> pl.DataFrame:
    days, state = part["days"].cast(pl.Int64).to_numpy(), part["state"].cast(pl.Int64).to_numpy()
    found = aalen_johansen(days, state, np.full(days.size, FROM_START), 2)
    steps = {
        "day": found.days,
        "at_risk": found.at_risk,
        "value": found.estimate[:, 0],
        "ci_low": found.ci_low[:, 0],
        "ci_high": found.ci_high[:, 0],
    }
    start = {"day": [0], "at_risk": [days.size], "value": [0.0]}
    drawn = pl.concat([pl.DataFrame(start), pl.DataFrame(steps).filter(pl.col("day") > 0)], how="diagonal_relaxed")
    key = {"cohort": pl.lit(cohort), "stratum": pl.lit(depth)}
    drawn = drawn if found.days[0] > 0 else pl.DataFrame(steps)
    return drawn.with_columns(**key).select(
        pl.col(name).cast(dtype).fill_nan(None) if dtype == pl.Float64 else pl.col(name).cast(dtype)
        for name, dtype in DEPTH_CURVE.items()
    )


def up_to(curve: pl.DataFrame, months: int) -> pl.DataFrame:
    """The rows of a curve to the end of that month, at which the last share stands once more; whoever is at risk later
    is at risk then.
    """
    end = math.ceil(months * DAYS_PER_MONTH)
    within = curve.filter(pl.col("day") < end)
    later = curve.filter(pl.col("day") >= end).sort("day").unique("stratum", keep="first", maintain_order=True)
    values = ("value", "ci_low", "ci_high")
    last = within.sort("day").unique("stratum", keep="last").select("stratum", *values)
    ended = later.drop(values).join(last, on="stratum").with_columns(day=pl.lit(end, pl.Int64))
    return pl.concat([within, ended.select(within.columns)]).sort("stratum", "day")


def depth_at(curve: pl.DataFrame, months: tuple[int, ...]) -> pl.DataFrame:
    """The shares at these months from the line's start, a row each: `value`, `ci_low`, `ci_high`, `at_risk`.

    Null where no one is followed that far any more.
    """
    asked = curve.select("cohort", "stratum").unique().join(pl.DataFrame({"month": list(months)}), how="cross")
    asked = asked.with_columns(day=pl.col("month") * DAYS_PER_MONTH).sort("day", "cohort", "stratum")
    steps = curve.with_columns(pl.col("day").cast(pl.Float64), last=pl.col("day").max().over("cohort", "stratum"))
    steps = steps.sort("day", "cohort", "stratum")
    by = ["cohort", "stratum"]
    found = asked.join_asof(steps, on="day", by=by, strategy="backward", check_sortedness=False)
    later = asked.join_asof(
        steps.select(*by, "day", left="at_risk"), on="day", by=by, strategy="forward", check_sortedness=False
    )
    is_followed = pl.col("day") <= pl.col("last")
    values = ("value", "ci_low", "ci_high")
    return (
        found.drop("at_risk")
        .with_columns(pl.when(is_followed).then(name).alias(name) for name in values)
        .join(later.select(*by, "month", at_risk=pl.col("left").fill_null(0)), on=[*by, "month"])
        .select("cohort", "stratum", "month", *values, "at_risk")
        .sort("cohort", "stratum", "month")
    )


def lowest_values(lines: pl.DataFrame, visit_evidence: pl.DataFrame) -> pl.DataFrame:
    """A row per line with a visit: `lowest` and `baseline` of the quantity that it is measurable by, `followed_by`.

    Of visits after the line's start, up to progression; a figure below the limit of detection is 0.
    """
    figure = pl.col("measurable_by").replace_strict(FOLLOWED_BY, default=None, return_dtype=pl.String)
    known = lines.select(*LINE, "start_date", "progression_date", followed_by=figure).drop_nulls("followed_by")
    own = visit_evidence.join(known, on=LINE, how="inner").filter(
        pl.col("visit_date") > pl.col("start_date"),
        (pl.col("visit_date") <= pl.col("progression_date")).fill_null(value=True),
    )
    # a line is followed by one quantity: the others' columns are null or of no interest
    named = [pl.when(pl.col("followed_by") == name).then(pl.col(name)) for name in BASELINE]
    baselines = [pl.when(pl.col("followed_by") == name).then(pl.col(of)) for name, of in BASELINE.items()]
    return (
        own.select(*LINE, "followed_by", value=pl.coalesce(named), baseline=pl.coalesce(baselines))
        .group_by(LINE)
        .agg(
            pl.col("followed_by").first(),
            lowest=pl.col("value").min(),
            baseline=pl.col("baseline").drop_nulls().first(),
        )
    )


def best_changes(lines: pl.DataFrame, lowest: pl.DataFrame) -> pl.DataFrame:
    """A row per line: `change`, the lowest figure of the line by its baseline, less one; `followed_by`, which figure.

    `lowest`: the `lowest_values` of these lines. `why_not`, where there is no change: not_measurable, not_known
    (whether it is), no_baseline, no_value.
    """
    figure = pl.col("measurable_by").replace_strict(FOLLOWED_BY, default=None, return_dtype=pl.String)
    has_baseline = (pl.col("baseline") > 0).fill_null(value=False)
    why_not = (
        pl.when(pl.col("measurable_by") == "none")
        .then(pl.lit("not_measurable"))
        .when(pl.col("followed_by").is_null())
        .then(pl.lit("not_known"))
        .when(pl.col("lowest").is_null())
        .then(pl.lit("no_value"))
        .when(~has_baseline)
        .then(pl.lit("no_baseline"))
    )
    change = pl.when(has_baseline).then(pl.col("lowest") / pl.col("baseline") - 1)
    return (
        lines.with_columns(followed_by=figure)
        .join(lowest.drop("followed_by"), on=LINE, how="left", maintain_order="left")
        .select(*MEMBER_LINE, "best_response", "followed_by", change=change, why_not=why_not)
    )
