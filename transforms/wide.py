"""Results of tests as columns: one row per visit, line or date, a column for each thing that was found."""

from __future__ import annotations

from typing import Any

import polars as pl

from rules.quantities import quantities


def wide(rows: pl.LazyFrame, key: list[str], columns: dict[str, tuple[str, str]]) -> pl.LazyFrame:
    """One row per key, with a column for each (test, field) named; null where the test was not done."""

    def cell(test: str, field: str) -> pl.Expr:
        return pl.when(pl.col("test") == test).then(pl.col(field)).max()

    return rows.group_by(key).agg(cell(*source).alias(name) for name, source in columns.items())


def figure_columns(when: str = "", **of: Any) -> dict[str, tuple[str, str]]:
    """The columns for `wide` of the figures that make visits or join them: value, upper bound, and value as a nadir."""
    fields = {"": "low", "_max": "high", "_as_nadir": "nadir"}
    measured = [q for q in quantities(**of) if q.visit]
    return {f"{q.at(when)}{part}": (q.name, field) for q in measured for part, field in fields.items()}
