"""Survival from a landmark, by what was known at it: the patients still at risk then, and nothing they learnt later."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from transforms.models.fits import CURVE
from transforms.models.inputs import KEY, OS, PFS, Origin, Tables, as_table, is_known, is_seen, times_of
from transforms.models.known import BEFORE, TELLS_NOTHING, history, state_on
from transforms.survival import DAYS_PER_MONTH
from transforms.survival.comparisons import p_logrank
from transforms.survival.curves import curve

# ⚙ months from the start of line 1; the default is the one to quote unless the protocol named another beforehand.
LANDMARK_MONTHS = (6, 12, 18)
DEFAULT_LANDMARK_MONTHS = 12
HORIZONS = (12, 24, 36, 60)
ENDPOINTS = (OS, PFS)

LANDMARK = {
    **KEY,
    "landmark_months": pl.Int64,
    "is_default": pl.Boolean,
    "factor": pl.String,
    "stratum": pl.String,
    **dict.fromkeys(
        ("n", "events", "n_entered_late", "n_event_before", "n_censored_before", "n_never_at_risk", "n_unknown"),
        pl.Int64,
    ),
    **dict.fromkeys(("median_months", "median_ci_low", "median_ci_high"), pl.Float64),
    **{f"at_{months}": pl.Float64 for months in HORIZONS},
    "p_logrank": pl.Float64,
}
LANDMARK_CURVE = {
    **KEY,
    "landmark_months": pl.Int64,
    "factor": pl.String,
    "stratum": pl.String,
    **CURVE,
}


def landmark_analysis(
    tables: Tables,
    factors: Sequence[str] = tuple(BEFORE),
    months: Sequence[int] = LANDMARK_MONTHS,
    endpoints: Sequence[Origin] = ENDPOINTS,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries (a row is a stratum at a landmark) and curves (a row is a day, counted from the landmark).

    At risk are those without the event and still followed after the landmark's day; who was registered after it counts
    from then on (`n_entered_late` of `n`). Who had the event or was censored up to the landmark is in no stratum and
    counted in `n_event_before` and `n_censored_before`, whose time was over before registration in `n_never_at_risk`,
    whose time or event is not known in `n_unknown` (the same numbers for every stratum of a landmark).
    `median_months` and `at_…` count from the landmark. The log-rank test omits uninformative states (not_tested,
    not_evaluable) and is null where nothing can be compared. Where no patient is left at risk before the last patients
    enter there is no curve and no figure.
    """
    summaries: list[dict[str, Any]] = []
    curves = [pl.DataFrame(schema=LANDMARK_CURVE)]
    histories = {factor: history(tables, factor) for factor in factors}
    for origin in endpoints:
        people = times_of(tables, origin)
        for landmark in months:
            at_risk, base = _at_landmark(people, landmark)
            for factor in factors:
                key = {**origin._asdict(), "landmark_months": landmark, "factor": factor}
                base["is_default"] = landmark == DEFAULT_LANDMARK_MONTHS
                for summary, steps in _stratified(state_on(histories[factor], at_risk, factor)):
                    summaries.append({**key, **base, **summary})
                    curves.append(_keyed(steps, {**key, "stratum": summary["stratum"]}))
    return as_table(summaries, LANDMARK), pl.concat(curves)


def _at_landmark(people: pl.DataFrame, months: int) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Who is followed beyond the landmark, with days from it and `day_of_look`; and how many are not."""
    day = math.floor(months * DAYS_PER_MONTH)
    followed, seen = people.filter(is_known()), people.filter(is_seen())
    gone = seen.filter(pl.col("days") <= day)
    n_events = int(gone["event"].sum())
    counts = {
        "n_event_before": n_events,
        "n_censored_before": gone.height - n_events,
        "n_never_at_risk": followed.height - seen.height,
        "n_unknown": people.height - followed.height,
    }
    at_risk = seen.filter(pl.col("days") > day).with_columns(
        pl.col("days") - day,
        pl.when(pl.col("entry_days") > day).then(pl.col("entry_days") - day),
        day_of_look=pl.col("start_date") + pl.duration(days=day),
    )
    return at_risk, counts


def _stratified(at_risk: pl.DataFrame) -> Iterator[tuple[dict[str, Any], pl.DataFrame]]:
    p = p_logrank(at_risk.filter(~pl.col("state").is_in(TELLS_NOTHING)), "state")
    for stratum in at_risk["state"].unique().sort().to_list():
        of_stratum = at_risk.filter(pl.col("state") == stratum)
        steps = curve(of_stratum)
        row = {
            "stratum": stratum,
            "n": of_stratum.height,
            "events": of_stratum["event"].sum(),
            "n_entered_late": of_stratum["entry_days"].count(),
            **_summary(steps),
        }
        yield {**row, "p_logrank": None if stratum in TELLS_NOTHING else p}, steps


def _summary(steps: pl.DataFrame) -> dict[str, Any]:
    halves = {"median_months": "survival", "median_ci_low": "ci_low", "median_ci_high": "ci_high"}
    medians = {name: _months_to_half(steps, column) for name, column in halves.items()}
    return medians | {f"at_{months}": _survival_at(steps, months) for months in HORIZONS}


def _months_to_half(steps: pl.DataFrame, column: str) -> float | None:
    reached = steps.filter(pl.col(column) <= 0.5)["day"]
    return reached[0] / DAYS_PER_MONTH if reached.len() else None


def _survival_at(steps: pl.DataFrame, months: int) -> float | None:
    days = months * DAYS_PER_MONTH
    is_followed = (steps["day"] >= days).any()
    return steps.filter(pl.col("day") <= days)["survival"][-1] if is_followed else None


def _keyed(steps: pl.DataFrame, key: dict[str, Any]) -> pl.DataFrame:
    return steps.select(*(pl.lit(value, LANDMARK_CURVE[name]).alias(name) for name, value in key.items()), *CURVE)
