"""What the batch job stored and what is asked of the same run, in one form to be compared."""

from __future__ import annotations

import polars as pl
from polars.testing import assert_frame_equal

from flows.query.asked_outcome import outcome_of
from flows.query.asked_registry import Registry
from transforms.cohorts import Analysis
from transforms.cohorts.outcomes import Outcome

LINE_1 = {"origin": "line_start", "line": 1}


def asked(registry: Registry, **analysis: object) -> Outcome:
    """The outcome of an analysis."""
    return outcome_of(registry, Analysis(**analysis))  # type: ignore[arg-type]


def of_key(table: pl.DataFrame, endpoint: str, origin: str, line: int | None) -> pl.DataFrame:
    """The rows of one endpoint, origin and line."""
    return table.filter(
        pl.col("endpoint") == endpoint,
        pl.col("origin") == origin,
        pl.col("line").eq_missing(pl.lit(line, pl.Int64)),
    )


def same(found: pl.DataFrame, stored: pl.DataFrame, by: list[str]) -> None:
    """The same rows and figures, in whatever order."""
    assert stored.height > 0
    columns = stored.columns
    assert_frame_equal(found.select(columns).sort(by), stored.sort(by), abs_tol=1e-8, rel_tol=1e-8)
