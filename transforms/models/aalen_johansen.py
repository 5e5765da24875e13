"""Cumulative incidences with delayed entry, for which neither library has them (R: survfit of a factor).

States at the end of a patient's time: 0 is censored, 1, 2, ... the causes; a patient is at risk after `entry`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from transforms.survival.curves import Array, at_risk

NORMAL_QUANTILE = 1.959963984540054


@dataclass(frozen=True)
class Incidence:
    """One row per day on which a patient's time ends, one column per cause; limits are NaN at 0 and 1."""

    days: Array
    at_risk: Array
    events: Array
    estimate: Array
    ci_low: Array
    ci_high: Array


def ends_by_cause(on: Array, days: Array, state: Array, causes: int) -> Array:
    """How many have each cause on each of these days, which have all days on which a patient's time ends."""
    found = [np.bincount(np.searchsorted(on, days[state == cause]), minlength=on.size) for cause in _of(causes)]
    return np.column_stack(found)


def before(after: Array, first: float) -> Array:
    """What a step function is just before each of its steps."""
    return np.concatenate([np.full_like(after[:1], first, dtype=float), after[:-1]])


def aalen_johansen(days: Array, state: Array, entry: Array, causes: int) -> Incidence:
    """The estimate, with log-log limits from the infinitesimal jackknife."""
    on = np.unique(days)
    n = at_risk(on, days, entry)
    events = ends_by_cause(on, days, state, causes)
    hazard = events / n[:, None]
    alive = before(np.cumprod(1 - hazard.sum(axis=1)), 1)
    estimate = np.cumsum(alive[:, None] * hazard, axis=0)
    patients = np.unique(np.column_stack([days, state, entry]), axis=0, return_counts=True)
    error = _jackknife(patients, zip(on, n, hazard, alive, strict=True))
    low, high = _log_log(estimate, error)
    return Incidence(on, n, events, estimate, low, high)


def _jackknife(patients: tuple[Array, Array], steps: Iterable[tuple[Any, ...]]) -> Array:
    """The root of the summed squares of what each patient's weight moves in the estimate, day by day.

    `patients` are what can be distinguished (day, state, entry) and how many are alike; of a step are its day, how many
    are at risk, the hazard of each cause, and the share of those alive before it.
    """
    (end, ending, begin), alike = patients[0].T, patients[1]
    moved_alive, variance = np.zeros(end.size), []
    moved: Array | float = 0.0
    for day, n, hazard, alive in steps:
        is_there = (begin < day) & (end >= day)
        own = [((end == day) & (ending == cause)) - is_there * hazard[cause - 1] for cause in _of(hazard.size)]
        own_hazard = np.array(own) / n
        moved = moved + np.outer(hazard, moved_alive) + alive * own_hazard
        moved_alive = moved_alive * (1 - hazard.sum()) - alive * own_hazard.sum(axis=0)
        variance.append(moved**2 @ alike)
    return np.sqrt(variance)


def _log_log(estimate: Array, error: Array) -> tuple[Array, Array]:
    is_between = (estimate > 0) & (estimate < 1 - 1e-12)
    followed = np.where(is_between, estimate, np.nan)
    wide = NORMAL_QUANTILE * error / (followed * np.log(followed))
    return followed ** np.exp(-wide), followed ** np.exp(wide)


def _of(causes: int) -> range:
    return range(1, causes + 1)
