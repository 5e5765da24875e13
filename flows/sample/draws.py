"""Random draws and shapes that every part of the synthetic registry uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Array = NDArray[Any]
Rng = np.random.Generator

# Patients are drawn in blocks of this many, each with its own seed: so memory stays flat, and patient 17 is the same
# person whether 20 or 20 million are asked for.
BLOCK = 500
NEVER = 10**6  # a day number after every date of the registry


def day(iso: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return int(np.datetime64(iso, "D").astype(np.int64))


OPENED, LAST_DIAGNOSIS, DATA_CUT = day("2012-01-01"), day("2023-12-31"), day("2024-12-31")


def generators(seed: int, block: int, parts: int) -> list[Rng]:
    """Independent generators for the parts of one block; a part that draws more doesn't move the others."""
    children = np.random.SeedSequence([seed, block]).spawn(parts)
    return [np.random.Generator(np.random.PCG64(child)) for child in children]


def lognormal(rng: Rng, median: float | Array, sigma: float | Array, size: int | tuple[int, ...]) -> Array:
    """Log-normal draws named by their median, which is what papers report."""
    return np.asarray(median) * np.exp(np.asarray(sigma) * rng.standard_normal(size))


def chance(rng: Rng, p: float | Array, size: int | tuple[int, ...]) -> Array:
    """True with probability `p`."""
    return rng.random(size) < p


def pick(rng: Rng, names: Sequence[str], weights: Sequence[float], size: int) -> Array:
    """One name for each of `size`, by weight."""
    p = np.asarray(weights, float)
    return np.asarray(names, dtype=object)[rng.choice(len(names), size, p=p / p.sum())]


def pick_by_row(rng: Rng, weights: Array) -> Array:
    """A column number for each row of a matrix of weights, with probability by weight (0 is never taken)."""
    cumulative = np.cumsum(weights, axis=1)
    threshold = rng.random(len(weights))[:, None] * cumulative[:, -1:]
    return (cumulative <= threshold).sum(axis=1)


def logistic(x: Array) -> Array:
    """The inverse of the logit."""
    return 1.0 / (1.0 + np.exp(-x))


def ramp(counts: Array) -> Array:
    """0, 1, … counts[0]-1, 0, 1, … counts[1]-1, …: the number of each item within its group."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def text(values: Array, known: Array | None = None) -> pl.Series:
    """Strings as a column; null where not `known`."""
    column = pl.Series(np.asarray(values).astype(str), dtype=pl.String)
    if known is None:
        return column
    return pl.select(pl.when(pl.Series(known)).then(column)).to_series()
