"""The patient's row nearest in time on one side of a date, found by one pass over two sorted columns of integers."""

from __future__ import annotations

from typing import Literal

import polars as pl

Side = Literal["backward", "forward"]
_KEY = "patient_and_day"
_APART = 2**32  # days between one patient's dates and the next one's on the common scale
_NEVER_REACHED = 2**31 - 1  # so a search that is stopped here never leaves the patient


def join_nearest(
    rows: pl.LazyFrame,
    found: pl.LazyFrame,
    left_on: str,
    right_on: str,
    *,
    strategy: Side = "backward",
    within_days: int = _NEVER_REACHED,
    allow_exact_matches: bool = True,
) -> pl.LazyFrame:
    """Rows with the columns of the same patient's row of `found` whose date is the nearest before (or after) theirs.

    Of several on that date the last counts, in the order of `found`. Null where there is none within `within_days`.
    Rows come back in the order of patient and date.
    """
    return (
        rows.with_columns(_patient_and_day(rows, left_on).alias(_KEY))
        .sort(_KEY, maintain_order=True)
        .join_asof(
            found.select(pl.exclude("patient_id"), _patient_and_day(found, right_on).alias(_KEY)).sort(
                _KEY, maintain_order=True
            ),
            on=_KEY,
            strategy=strategy,
            tolerance=within_days,
            allow_exact_matches=allow_exact_matches,
        )
        .drop(_KEY)
    )


def _patient_and_day(rows: pl.LazyFrame, date: str) -> pl.Expr:
    patient = pl.col("patient_id")
    if not isinstance(rows.collect_schema()["patient_id"], pl.Enum):
        patient = patient.cast(pl.Categorical)
    return patient.to_physical().cast(pl.Int64) * _APART + pl.col(date).to_physical().cast(pl.Int64)
