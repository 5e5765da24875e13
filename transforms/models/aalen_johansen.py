"""Cumulative incidences with delayed entry, for which neither library has them (R: survfit of a factor).

States at the end of a patient's time: 0 is censored, 1, 2, ... the causes; a patient is at risk after `entry`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.survival.risk_sets import NORMAL_QUANTILE, Array, at_risk


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
    first, last = np.searchsorted(on, entry, side="right"), np.searchsorted(on, days)
    error = [_jackknife(first, last, state, cause, n=n, events=events, alive=alive) for cause in _of(causes)]
    low, high = _log_log(estimate, np.column_stack(error))
    return Incidence(on, n, events, estimate, low, high)


def _jackknife(first: Array, last: Array, state: Array, cause: int, *, n: Array, events: Array, alive: Array) -> Array:
    """The root of the summed squares of what each patient's weight moves in the estimate of a cause, day by day.

    Of a patient are given the places of the first and the last day at risk, and the state; of a day how many are at
    risk, who has the event of each cause, and the share alive before it. A patient moves the hazards of the days at
    risk, and by them all that comes after. While the patient is there that is `a[t] + b - c * f[t]`, and then
    `d - k * f[t]`, where f is the estimate and all others but `a` are one number per patient: so sums of these numbers
    and their products, over who is there and over who is gone, say what would take a pass over all patients per day.
    """
    rises = alive * events[:, cause - 1] / n
    stay = n - events.sum(axis=1)
    # After a day that no one survives nothing rises, so what it does to those alive is asked no more.
    spared = np.divide(1.0, stay, out=np.zeros(n.size), where=stay > 0)
    f, h, wear = (np.cumsum(of_day) for of_day in (rises, rises / n, events.sum(axis=1) / n * spared))
    a = np.cumsum(before(wear, 0) * rises) - h
    f_in, a_in, c = (np.concatenate([[0.0], of_day])[first] for of_day in (f, a, wear))
    b = c * f_in - a_in
    k = (state > 0) * spared[last] - (wear[last] - c)
    d = (state == cause) * (alive / n)[last] + a[last] + b - c * f[last] + k * f[last]

    def gone(values: Array) -> Array:
        return np.cumsum(np.bincount(last, values, n.size))

    def there(values: Array) -> Array:
        return np.cumsum(np.bincount(first, values, n.size)) - gone(values)

    of_there = there(np.ones(first.size)) * a**2 + 2 * a * (there(b) - f * there(c))
    of_there += there(b**2) - 2 * f * there(b * c) + f**2 * there(c**2)
    of_gone = gone(d**2) - 2 * f * gone(d * k) + f**2 * gone(k**2)
    return np.sqrt(np.maximum(of_there + of_gone, 0))


def _log_log(estimate: Array, error: Array) -> tuple[Array, Array]:
    is_between = (estimate > 0) & (estimate < 1 - 1e-12)
    followed = np.where(is_between, estimate, np.nan)
    wide = NORMAL_QUANTILE * error / (followed * np.log(followed))
    return followed ** np.exp(-wide), followed ** np.exp(wide)


def _of(causes: int) -> range:
    return range(1, causes + 1)
