"""Signs that the clinic looked for, and what it measured, from the table findings."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.results import bounds, whole_bounds


def signs_looked_for(findings: pl.LazyFrame, *names: str) -> pl.LazyFrame:
    """One row per record that says whether a sign was there, as `nearest` reads it; the other records say nothing."""
    return findings.filter(pl.col("finding").is_in(names) & pl.col("present").is_not_null()).select(
        "patient_id", test="finding", date="observed_on", positive="present"
    )


SCORES = ("charlson", "ecog", "adl", "iadl")


def measured(findings: pl.LazyFrame, *names: str) -> pl.LazyFrame:
    """One row per record of a score or measurement that has a figure, with its bounds, as `nearest` reads it."""
    value, is_score = (pl.col("value"), pl.col("value_comparator")), pl.col("finding").is_in(SCORES)
    sides = zip(whole_bounds(*value), bounds(*value), strict=True)
    low, high = (pl.when(is_score).then(whole).otherwise(any_) for whole, any_ in sides)
    return findings.filter(pl.col("finding").is_in(names) & pl.col("value").is_not_null()).select(
        "patient_id", test="finding", date="observed_on", low=low, high=high
    )


def measured_columns(names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Of each column (by finding) the two for `wide`: the figure and its upper bound."""
    sides = {"": "low", "_max": "high"}
    return {f"{column}{part}": (name, side) for name, column in names.items() for part, side in sides.items()}
