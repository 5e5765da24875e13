"""Results of tests as columns: one row per visit, line or date, a column for each thing that was found."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from rules.quantities import quantities


def wide(rows: pl.LazyFrame, key: list[str], columns: dict[str, tuple[str, str]]) -> pl.LazyFrame:
    """One row per key, with a column for each (test, field) named; null where the test was not done."""

    def cell(test: str, field: str) -> pl.Expr:
        return pl.when(pl.col("test") == test).then(pl.col(field)).max()

    return rows.group_by(key).agg(cell(*source).alias(name) for name, source in columns.items())


def placed(rows: pl.DataFrame, place: str, places: int, columns: dict[str, tuple[str, str]]) -> pl.DataFrame:
    """The same columns, of one row for each of the places 0, 1, … that the column `place` names; of several rows of one
    place and test the last counts. A test that was never done costs nothing.
    """
    tests = {test for test, _ in columns.values()}
    parts = rows.filter(pl.col("test").is_in(list(tests))).partition_by("test", as_dict=True)
    where = {}
    for [test], part in parts.items():
        row_of = np.full(places, -1)
        row_of[part[place].to_numpy()] = np.arange(part.height)
        where[test] = pl.Series(row_of).replace(-1, None)

    def column(test: str, field: str) -> pl.Series:
        if test not in where:
            return pl.repeat(None, places, dtype=rows.schema[field], eager=True)
        return parts[test,][field].gather(where[test])

    return pl.DataFrame({name: column(*source) for name, source in columns.items()})


def figure_columns(when: str = "", **of: Any) -> dict[str, tuple[str, str]]:
    """The columns for `wide` of the figures that make visits or join them: value, upper bound, and value as a nadir."""
    fields = {"": "low", "_max": "high", "_as_nadir": "nadir"}
    measured = [q for q in quantities(**of) if q.visit]
    return {f"{q.at(when)}{part}": (q.name, field) for q in measured for part, field in fields.items()}
