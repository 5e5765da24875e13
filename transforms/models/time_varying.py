"""What becomes known in the course, as a covariate that changes then: counting-process Cox, Simon-Makuch curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from transforms.models.fits import CURVE, counting_process_cox, kaplan_meier_of_intervals
from transforms.models.inputs import KEY, OS, PFS, Origin, Tables, as_table, is_seen, times_of
from transforms.models.known import BEFORE, history

ENDPOINTS = (OS, PFS)
# Factor -> the states that count as being in it.
STATES = {
    "mrd": ("negative",),
    "sustained_mrd": ("sustained",),
    "response": ("CR", "sCR"),
    "transplant": ("yes",),
}
# The curves begin on the first day on which so many are at risk in and out of the state, for those event-free then: an
# event among the first one or two to enter it would send the curve to the ground for good.
FEWEST_AT_RISK = 10

TIME_VARYING = {
    **KEY,
    "factor": pl.String,
    "state": pl.String,
    **dict.fromkeys(("n", "events", "n_ever_in_state", "events_in_state", "n_entered_late", "n_left_out"), pl.Int64),
    **dict.fromkeys(("hazard_ratio", "ci_low", "ci_high", "p", "p_proportional"), pl.Float64),
    "curves_from_day": pl.Int64,
    "reason": pl.String,
}
TIME_VARYING_CURVE = {**KEY, "factor": pl.String, "in_state": pl.Boolean, **CURVE}


def time_varying_analysis(
    tables: Tables,
    factors: Sequence[str] = tuple(BEFORE),
    endpoints: Sequence[Origin] = ENDPOINTS,
    *,
    with_curves: bool = True,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hazard ratios of being in a state against not (yet, or any more), and Simon-Makuch curves by the current state.

    A patient counts as out of the state until it is known; who is tested again and found positive is out again. An
    event on the day of a change counts for the state before. Who was registered after the start counts from then on
    (`n_entered_late` of `n`), in the state known by then. `n_left_out`: time or event not known, or no day of
    follow-up (by the registry). Null hazard ratio: `reason` says why (too_few_events, never_in_state, separation,
    no_convergence). `curves_from_day`: the curves are conditional on being event-free then; null where too few are
    ever in (or out of) the state for a curve.
    """
    summaries: list[dict[str, Any]] = []
    curves = [pl.DataFrame(schema=TIME_VARYING_CURVE)]
    histories = {factor: history(tables, factor) for factor in factors}
    for origin in endpoints:
        people = times_of(tables, origin)
        for factor in factors:
            key = {**origin._asdict(), "factor": factor}
            intervals = state_intervals(people, histories[factor], STATES[factor])
            day = _first_day_for_curves(intervals) if with_curves else None
            summary = {"curves_from_day": day, **_summary(people, intervals)}
            summaries.append({**key, "state": " or ".join(STATES[factor]), **summary})
            if day is not None:
                curves += [_curve(intervals, key, day, in_state) for in_state in (False, True)]
    return as_table(summaries, TIME_VARYING), pl.concat(curves)


def state_intervals(people: pl.DataFrame, histories: pl.DataFrame, states: Sequence[str]) -> pl.DataFrame:
    """Follow-up cut where the state changes: `patient_id`, `start`, `stop` (days; at risk after start, up to stop),
    `event`.

    `in_state` is 0 or 1. Patients whose time or event is not known, or without a day of follow-up, have no row.
    """
    followed = people.filter(is_seen() & (pl.col("days") > 0)).with_columns(first=pl.col("entry_days").fill_null(0))
    changes = histories.join(followed, on="patient_id", maintain_order="left").select(
        "patient_id",
        start=pl.max_horizontal((pl.col("known_on") - pl.col("start_date")).dt.total_days(), "first"),
        in_state=pl.col("state").is_in(states).cast(pl.Int8),
    )
    begin = followed.select("patient_id", start="first", in_state=pl.lit(0, pl.Int8))
    steps = (
        pl.concat([begin, changes])
        # What was known before the start or entry (or on it) is known at it: of one day's rows the last counts.
        .unique(["patient_id", "start"], keep="last", maintain_order=True)
        .sort("patient_id", "start")
        .join(followed.select("patient_id", "days", "event"), on="patient_id")
        .filter(pl.col("start") < pl.col("days"))
    )
    was = pl.col("in_state").shift().over("patient_id")
    steps = steps.filter(was.is_null() | (was != pl.col("in_state")))
    stop = pl.col("start").shift(-1).over("patient_id")
    return steps.select(
        "patient_id",
        "start",
        stop=stop.fill_null(pl.col("days")),
        event=pl.col("event") & stop.is_null(),
        in_state="in_state",
    )


def _summary(people: pl.DataFrame, intervals: pl.DataFrame) -> dict[str, Any]:
    inside = intervals.filter(pl.col("in_state") == 1)
    n = intervals["patient_id"].n_unique()
    fit = counting_process_cox(intervals, "in_state")
    estimate = fit.estimates.get("in_state")
    return {
        "n": n,
        "events": intervals["event"].sum(),
        "n_ever_in_state": inside["patient_id"].n_unique(),
        "events_in_state": inside["event"].sum(),
        "n_entered_late": people.filter(is_seen() & pl.col("entry_days").is_not_null()).height,
        "n_left_out": people.height - n,
        **(vars(estimate) if estimate else {"reason": fit.reason}),
    }


def _first_day_for_curves(intervals: pl.DataFrame) -> int | None:
    """The first day after which enough are at risk both in and out of the state."""
    entries = intervals.select("in_state", day="start", change=pl.lit(1))
    exits = intervals.select("in_state", day="stop", change=pl.lit(-1))
    by_day = (
        pl.concat([entries, exits])
        .group_by("day")
        .agg(
            inside=pl.col("change").filter(pl.col("in_state") == 1).sum(),
            outside=pl.col("change").filter(pl.col("in_state") == 0).sum(),
        )
        .sort("day")
        .select("day", pl.col("inside", "outside").cum_sum())
    )
    enough = by_day.filter(pl.min_horizontal("inside", "outside") >= FEWEST_AT_RISK)
    return None if enough.is_empty() else int(enough["day"][0])


def _curve(intervals: pl.DataFrame, key: dict[str, Any], day: int, in_state: bool) -> pl.DataFrame:
    rows = intervals.filter(pl.col("stop") > day, pl.col("in_state") == int(in_state))
    rows = rows.with_columns(start=pl.col("start").clip(lower_bound=day))
    begin = {
        "day": day,
        "at_risk": rows.filter(pl.col("start") == day).height,
        "events": 0,
        "censored": 0,
        "survival": 1.0,
    }
    begin |= {"ci_low": 1.0, "ci_high": 1.0}
    curve = pl.concat([pl.DataFrame([begin], schema=CURVE), kaplan_meier_of_intervals(rows)])
    named = {**key, "in_state": in_state}
    return curve.select(*(pl.lit(v, TIME_VARYING_CURVE[name]).alias(name) for name, v in named.items()), *CURVE)
