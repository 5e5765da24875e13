"""What becomes known in the course, as a covariate that changes then: counting-process Cox, Simon-Makuch curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from transforms.models.fits import CURVE, counting_process_cox
from transforms.models.inputs import KEY, OS, PFS, Origin, Tables, as_table, is_seen, times_of
from transforms.models.known import BEFORE, history
from transforms.survival import DECIMALS
from transforms.survival.curves import LIMITS, estimated
from transforms.survival.risk_table import risk_table

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
    followed: list[pl.DataFrame] = []
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
                followed.append(_from_day(intervals, key, day))
    return as_table(summaries, TIME_VARYING), _curves(followed)


def state_intervals(people: pl.DataFrame, histories: pl.DataFrame, states: Sequence[str]) -> pl.DataFrame:
    """Follow-up cut where the state changes: `patient_id`, `start`, `stop` (days; at risk after start, up to stop),
    `event`.

    `in_state` is 0 or 1. Patients whose time or event is not known, or without a day of follow-up, have no row.
    """
    followed = people.filter(is_seen() & (pl.col("days") > 0)).with_columns(first=pl.col("entry_days").fill_null(0))
    kept = ("patient_id", "days", "event")
    changes = histories.join(followed, on="patient_id", maintain_order="left").select(
        *kept,
        start=pl.max_horizontal((pl.col("known_on") - pl.col("start_date")).dt.total_days(), "first"),
        in_state=pl.col("state").is_in(states).cast(pl.Int8),
    )
    begin = followed.select(*kept, start="first", in_state=pl.lit(0, pl.Int8))
    # What was known before the start or entry (or on it) is known at it: of one day's rows the last counts.
    is_last = pl.any_horizontal(pl.col("patient_id", "start") != pl.col("patient_id", "start").shift(-1))
    # Rows of a patient stand together.
    is_change = pl.any_horizontal(pl.col("patient_id", "in_state") != pl.col("patient_id", "in_state").shift())
    stop = pl.when(pl.col("patient_id") == pl.col("patient_id").shift(-1)).then(pl.col("start").shift(-1))
    return (
        pl.concat([begin, changes])
        .sort("patient_id", "start", maintain_order=True)
        .filter(is_last.fill_null(value=True), pl.col("start") < pl.col("days"))
        .filter(is_change.fill_null(value=True))
        .select(
            "patient_id",
            "start",
            stop=stop.fill_null(pl.col("days")),
            event=pl.col("event") & stop.is_null(),
            in_state="in_state",
        )
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


def _from_day(intervals: pl.DataFrame, key: dict[str, Any], day: int) -> pl.DataFrame:
    """What is left of the intervals after the day on which their curves begin."""
    named = {name: pl.lit(value, TIME_VARYING_CURVE[name]) for name, value in key.items()}
    return intervals.filter(pl.col("stop") > day).select(
        pl.col("in_state").cast(pl.Boolean),
        "event",
        days="stop",
        entry_days=pl.col("start").clip(lower_bound=day),
        from_day=pl.lit(day, pl.Int64),
        **named,
    )


def _curves(followed: list[pl.DataFrame]) -> pl.DataFrame:
    """Simon-Makuch curves, one row per day on which an interval ends, after one for all who are there when it begins.

    `censored` counts those who leave, whether from follow-up or the state. Limits are null once no one survives, where
    their variance doesn't exist.
    """
    if not followed:
        return pl.DataFrame(schema=TIME_VARYING_CURVE)
    placed = pl.concat(part.sort("in_state").with_columns(part=pl.lit(place)) for place, part in enumerate(followed))
    named = [name for name in TIME_VARYING_CURVE if name not in CURVE]
    keys = placed.select("part", "from_day", *named).unique(maintain_order=True).with_row_index("curve")
    steps = estimated(risk_table(placed.join(keys.select("part", "in_state", "curve"), on=["part", "in_state"])))
    begins, survives = pl.col("day") == pl.col("from_day"), pl.col("survival") > 0
    return (
        steps.join(keys, on="curve", how="left", maintain_order="left")
        .filter(begins | (pl.col("events") + pl.col("censored") > 0))
        .with_columns(
            pl.when(begins).then("entered").otherwise("at_risk").alias("at_risk"),
            pl.col("survival").round(DECIMALS),
            pl.when(survives).then(pl.col(LIMITS).fill_nan(None).round(DECIMALS)),
        )
        .select(*TIME_VARYING_CURVE)
    )
