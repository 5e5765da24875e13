"""The product-limit estimate and the log-rank test, in whole columns. Intervals are 95 %, log-log.

Tests hold both against lifelines, greenwood and R, which take a hundred times as long: a run draws hundreds of curves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """One curve. Arrays with an item per day: who is at risk, who has the event, and who survives it."""

    on: Array
    at_risk: Array
    events: Array
    survival: Array
    hazard_variance: Array

    def limits(self) -> tuple[Array, Array]:
        """The log-log interval; NaN where it doesn't exist, once nobody survives and before the first event."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(self.survival)
            width = NORMAL_95 * np.sqrt(self.hazard_variance) / np.abs(log)
            middle = np.log(-log)
            exists = (self.survival > 0) & (self.survival < 1)
            low, high = (np.where(exists, np.exp(-np.exp(middle + side * width)), np.nan) for side in (1, -1))
        return low, high

    def restricted_mean(self, until: float) -> tuple[float, float, float]:
        """The area under the curve up to a day, with its interval (Greenwood's variance), not below 0."""
        ends = np.clip(np.append(self.on[1:], until), None, until)
        pieces = np.maximum(ends - self.on, 0) * self.survival
        area_after = np.cumsum(pieces[::-1])[::-1]
        share = np.diff(self.hazard_variance, prepend=0.0)
        error = np.sqrt((np.where(self.on <= until, area_after, 0) ** 2 * share).sum())
        mean = float(pieces.sum())
        return mean, max(mean - NORMAL_95 * error, 0.0), mean + NORMAL_95 * error


def product_limit(on: Array, days: Array, event: Array, entry: Array) -> Estimate:
    """The curve on these days, which are sorted and have every day of an event among them; at risk after `entry`."""
    n, d = at_risk(on, days, entry), occurring(on, days[event])
    survival = np.cumprod(1 - d / np.maximum(n, 1))
    variance = np.cumsum(np.divide(d, n * (n - d), out=np.zeros(on.size), where=n > d))
    return Estimate(on, n, d, survival, variance)


def at_risk(on: Array, days: Array, entry: Array) -> Array:
    """How many are at risk on each of these days: in before it, and not out before it."""
    entered = np.searchsorted(np.sort(entry), on, side="left")
    gone = np.searchsorted(np.sort(days), on, side="left")
    return np.asarray(entered - gone)


def occurring(on: Array, days: Array) -> Array:
    """How many of these days fall on each of the sorted days, which have all of them."""
    return np.bincount(np.searchsorted(on, days), minlength=on.size)


def logrank(days: Array, event: Array, entry: Array, stratum: Array) -> tuple[float, int] | None:
    """Chi-square of events over those expected were all strata alike, and its degrees of freedom.

    None where the covariances (hypergeometric) leave some stratum beside no other.
    """
    on = np.unique(days[event])
    levels, of = np.unique(stratum, return_inverse=True)
    risk = np.array([at_risk(on, days[of == level], entry[of == level]) for level in range(levels.size)])
    n, d = risk.sum(axis=0), occurring(on, days[event])
    share = risk[:-1] / n
    surplus = np.bincount(of[event], minlength=levels.size)[:-1] - share @ d
    weight = d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag(share @ weight) - (share * weight) @ share.T
    if np.linalg.matrix_rank(variance) < levels.size - 1:
        return None
    return float(surplus @ np.linalg.solve(variance, surplus)), levels.size - 1
