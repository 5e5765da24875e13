"""How far two raters agree on ordered categories: weighted kappa and its large-sample interval.

Cohen, Psychol Bull 1968;70:213-220; the standard error is that of Fleiss, Cohen and Everitt, Psychol Bull
1969;72:323-327. Weights are linear: with quadratic ones kappa grows with the number of categories (Brenner and
Kliebsch, Epidemiology 1996;7:199-202), and one step apart among seven would hardly count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.categories import CATEGORIES

ORDERED = [category for category in CATEGORIES if category != "NE"]
NORMAL_95 = 1.959963984540054
KAPPA = {
    "compared": pl.String,
    "site": pl.String,
    "kappa": pl.Float64,
    "kappa_low": pl.Float64,
    "kappa_high": pl.Float64,
    "visits": pl.Int64,
}


def linear_weights(categories: int) -> NDArray[np.float64]:
    """Agreement of each pair of categories: 1 on the diagonal, 0 between the first and the last."""
    place = np.arange(categories)
    return 1 - np.abs(place[:, None] - place[None, :]) / max(categories - 1, 1)


def weighted_kappa(counts: NDArray[Any], weights: NDArray[np.float64]) -> tuple[float, float] | None:
    """Kappa of a square table of counts and its standard error; None of no counts, or where chance alone agrees."""
    total = counts.sum()
    if total == 0:
        return None
    share = counts / total
    of_row, of_column = share.sum(axis=1), share.sum(axis=0)
    observed, expected = (weights * share).sum(), of_row @ weights @ of_column
    if np.isclose(expected, 1):
        return None
    kappa = (observed - expected) / (1 - expected)
    mean_weight = (weights @ of_column)[:, None] + (of_row @ weights)[None, :]
    spread = (share * (weights - mean_weight * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    # rounding may leave a spread of nothing just below 0
    return float(kappa), float(np.sqrt(max(spread, 0.0) / total) / (1 - expected))


def kappas(pairs: pl.DataFrame) -> pl.DataFrame:
    """Kappa of each kind of derived response and site from counts of pairs (`compared`, `site`, `recorded`, `derived`,
    `visits`), none of which is NE.
    """
    groups = pairs.partition_by("compared", "site", maintain_order=True)
    return pl.DataFrame([_kappa(group) for group in groups], schema=KAPPA, orient="row")


def _kappa(pairs: pl.DataFrame) -> tuple[Any, ...]:
    counts = np.zeros((len(ORDERED), len(ORDERED)))
    place = pl.Enum(ORDERED)
    rows, columns = (pairs[name].cast(place).to_physical().to_numpy() for name in ("recorded", "derived"))
    np.add.at(counts, (rows, columns), pairs["visits"].to_numpy())
    found = weighted_kappa(counts, linear_weights(len(ORDERED)))
    kappa, low, high = None, None, None
    if found:
        kappa, error = found
        low, high = max(kappa - NORMAL_95 * error, -1.0), min(kappa + NORMAL_95 * error, 1.0)
    return (pairs["compared"][0], pairs["site"][0], kappa, low, high, pairs["visits"].sum())
