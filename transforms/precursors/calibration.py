"""Progression as it came, against what the models predicted: cumulative incidence with death competing, by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from transforms.models.aalen_johansen import aalen_johansen
from transforms.survival.cohort import entry_days
from transforms.survival.risk_sets import FROM_START, Array
from transforms.survival.risk_table import is_estimable
from transforms.survival.tables import DAYS_PER_YEAR

CAUSES = ("progression", "death")
State = pl.Enum(["censored", *CAUSES])
# what ends a course and is neither
CENSORS = {"treated_before_progression": "censored"}
GROUP = ["model", "risk_group", "predicted", "horizon_years"]
PRECURSOR_CALIBRATION = {
    "model": pl.String,
    "risk_group": pl.String,
    **dict.fromkeys(("n", "progressions", "deaths"), pl.Int64),
    **dict.fromkeys(("horizon_years", "predicted", "observed", "observed_low", "observed_high"), pl.Float64),
}


def calibration(risk: pl.DataFrame, course: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """One row per model with a horizon and group: who is in it, and the incidence of progression at the horizon.

    `progressions` and `deaths` are those up to the horizon. Left out is who had progressed by the day of diagnosis,
    whose end is unknown, or whose time ended before registration: a patient counts from then on. Null
    `observed`: no patient was followed that far, or no one was left at risk before the last ones entered.
    """
    people = (
        risk.filter(pl.col("risk_group").is_not_null() & pl.col("horizon_years").is_not_null())
        .with_columns(precursor=pl.col("model").str.split(".").list.first())
        .join(course, on=["patient_id", "precursor"])
        .join(patients.select("patient_id", "registered_on"), on="patient_id")
        .with_columns(entry_days(), days=(pl.col("end_date") - pl.col("start_date")).dt.total_days())
        .filter(pl.col("event").is_not_null())
        .filter((pl.col("event") != CAUSES[0]) | (pl.col("days") > 0))
        .filter(pl.col("entry_days").is_null() | (pl.col("days") > pl.col("entry_days")))
    )
    groups = people.sort("model", "risk_group", "patient_id").group_by(GROUP, maintain_order=True)
    rows = [dict(zip(GROUP, key, strict=True)) | _observed(of_group, key[-1]) for key, of_group in groups]
    return pl.DataFrame(rows, schema=PRECURSOR_CALIBRATION)


def _observed(people: pl.DataFrame, horizon_years: Any) -> dict[str, Any]:
    days = people["days"].cast(pl.Int64).to_numpy()
    ends = people["event"].replace(CENSORS).cast(State)
    state = ends.to_physical().cast(pl.Int64).to_numpy()
    entry = people["entry_days"].fill_null(FROM_START).to_numpy()
    horizon = float(horizon_years) * DAYS_PER_YEAR
    counts = {"progressions": _by(days, state, 1, horizon), "deaths": _by(days, state, 2, horizon)}
    if not is_estimable(people.with_columns(event=ends != State.categories[0])):
        return {"n": people.height, **counts}
    return {"n": people.height, **counts, **_incidence(days, state, entry, horizon)}


def _by(days: Array, state: Array, cause: int, horizon: float) -> int:
    return int(((state == cause) & (days <= horizon)).sum())


def _incidence(days: Array, state: Array, entry: Array, horizon: float) -> dict[str, float | None]:
    found = aalen_johansen(days, state, entry, len(CAUSES))
    last = int(np.searchsorted(found.days, horizon, side="right")) - 1
    has_all_ended = last >= 0 and found.estimate[last].sum() > 1 - 1e-9
    if found.days[-1] < horizon and not has_all_ended:
        return {}
    if last < 0:
        return {"observed": 0.0}
    figures = (found.estimate[last, 0], found.ci_low[last, 0], found.ci_high[last, 0])
    names = ("observed", "observed_low", "observed_high")
    return {name: round(float(x), 9) if np.isfinite(x) else None for name, x in zip(names, figures, strict=True)}
