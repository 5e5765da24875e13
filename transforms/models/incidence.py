"""Cumulative incidence of what competes (Aalen-Johansen), of any number of causes, with what is read off the curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from transforms.models.aalen_johansen import Incidence, aalen_johansen
from transforms.models.inputs import DECIMALS
from transforms.survival import DAYS_PER_MONTH
from transforms.survival.cohort import is_seen
from transforms.survival.curves import NO_ONE_AT_RISK
from transforms.survival.risk_sets import FROM_START
from transforms.survival.risk_table import is_estimable

HORIZONS = (12, 24, 60, 120, 240, 300)  # months
CURVE_DECIMALS = 9

KEY = {"analysis": pl.String, "origin": pl.String, "line": pl.Int64}
EVENT_INCIDENCE = {
    **KEY,
    "cause": pl.String,
    **dict.fromkeys(("n", "events", "n_entered_late", "n_never_at_risk", "n_before", "n_unknown"), pl.Int64),
    **{f"at_{months}{limit}": pl.Float64 for months in HORIZONS for limit in ("", "_low", "_high")},
    "unestimable_because": pl.String,
}
EVENT_INCIDENCE_CURVE = {
    **KEY,
    "cause": pl.String,
    **dict.fromkeys(("day", "at_risk", "events"), pl.Int64),
    **dict.fromkeys(("incidence", "ci_low", "ci_high"), pl.Float64),
}


def incidence(people: pl.DataFrame, key: dict[str, Any], causes: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries (a row is a cause) and curves (a row is a day of a cause) of one analysis.

    `people`: one row per patient: `days`, `cause` (what ended the time; null: censored), `entry_days`, `event` (whether
    anything did; null with `days`: not known, counted in `n_unknown`), `is_before` (had it before the time started, so
    that none can be the first; counted in `n_before`). A patient counts from registration on.
    """
    first = people.filter(~pl.col("is_before"))
    seen = first.filter(is_seen()).sort("days", "patient_id")
    known = first.filter(pl.col("days").is_not_null() & pl.col("event").is_not_null())
    found, reason = _estimated(seen, causes)
    counts = {
        "n": seen.height,
        "n_entered_late": seen["entry_days"].count(),
        "n_never_at_risk": known.height - seen.height,
        "n_before": people.height - first.height,
        "n_unknown": first.height - known.height,
        "unestimable_because": reason,
    }
    rows = [
        {
            **key,
            "cause": cause,
            "events": seen.filter(pl.col("cause") == cause).height,
            **counts,
            **(_figures(found, place) if found else {}),
        }
        for place, cause in enumerate(causes)
    ]
    curves = [_curve(found, place, cause, key, seen) for place, cause in enumerate(causes)] if found else []
    return pl.DataFrame(rows, schema=EVENT_INCIDENCE), pl.concat([pl.DataFrame(schema=EVENT_INCIDENCE_CURVE), *curves])


def _estimated(seen: pl.DataFrame, causes: tuple[str, ...]) -> tuple[Incidence | None, str | None]:
    if seen.is_empty():
        return None, None
    places = {cause: place for place, cause in enumerate(causes, 1)}
    state = seen["cause"].replace_strict(places, default=0, return_dtype=pl.Int64).to_numpy()
    days, entry = seen["days"].to_numpy(), seen["entry_days"].fill_null(FROM_START).to_numpy()
    if not is_estimable(seen.with_columns(event=pl.col("cause").is_not_null())):
        return None, NO_ONE_AT_RISK
    return aalen_johansen(days, state, entry, len(causes)), None


def _figures(found: Incidence, place: int) -> dict[str, float | None]:
    """The incidence at each horizon, with its limits; null where no patient is followed that far."""
    figures: dict[str, float | None] = {}
    for months in HORIZONS:
        day = months * DAYS_PER_MONTH
        last = int(np.searchsorted(found.days, day, side="right")) - 1
        all_ended = found.estimate[-1].sum() > 1 - 1e-9
        if found.days[-1] < day and not all_ended:
            values: tuple[float | None, ...] = (None, None, None)
        elif last < 0:
            values = (0.0, None, None)
        else:
            values = (found.estimate[last, place], found.ci_low[last, place], found.ci_high[last, place])
        for limit, value in zip(("", "_low", "_high"), values, strict=True):
            is_figure = value is not None and np.isfinite(value)
            figures[f"at_{months}{limit}"] = round(float(value), DECIMALS) if is_figure else None  # type: ignore[arg-type]
    return figures


def _curve(found: Incidence, place: int, cause: str, key: dict[str, Any], seen: pl.DataFrame) -> pl.DataFrame:
    rows = pl.DataFrame(
        {
            "day": found.days,
            "at_risk": found.at_risk,
            "events": found.events[:, place],
            "incidence": found.estimate[:, place],
            "ci_low": found.ci_low[:, place],
            "ci_high": found.ci_high[:, place],
        }
    ).fill_nan(None)
    if found.days[0] > 0:
        begin = {"day": 0, "at_risk": seen["entry_days"].null_count(), "events": 0, "incidence": 0.0}
        rows = pl.concat([pl.DataFrame(begin), rows], how="diagonal_relaxed")
    names = {name: pl.lit(value, EVENT_INCIDENCE_CURVE[name]) for name, value in {**key, "cause": cause}.items()}
    return rows.with_columns(pl.col("incidence", "ci_low", "ci_high").round(CURVE_DECIMALS), **names).select(
        pl.col(name).cast(dtype) for name, dtype in EVENT_INCIDENCE_CURVE.items()
    )
