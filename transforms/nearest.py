"""The value nearest to a date, of every test: what a clause about a point in time reads."""

from __future__ import annotations

import polars as pl

VALUES = ("low", "high", "ref_low", "ref_high", "positive", "attributed")


def nearest(
    about: pl.LazyFrame,
    rows: pl.LazyFrame,
    on: str,
    window_days: int,
    *,
    until: str | None = None,
) -> pl.LazyFrame:
    """Per row of `about` (a patient and a date, in the column named) and test, the patient's nearest row of `rows`.

    `rows` have `patient_id`, `test`, `date` and what was found. Of two equally near the earlier counts; of two on one
    date the higher, positive over negative. Not after the date in the column `until`, where there is one. Tests that
    were not done within the window have no row.
    """
    days = (pl.col("date") - pl.col(on)).dt.total_days()
    in_time = (pl.col("date") <= pl.col(until)).fill_null(value=True) if until else pl.lit(value=True)
    found = [name for name in VALUES if name in rows.collect_schema().names()]
    key = ["patient_id", on, "test"]
    return (
        rows.join(about, on="patient_id", how="inner")
        .filter((days.abs() <= window_days) & in_time)
        .sort(
            *key,
            days.abs(),
            "date",
            *(pl.col(name) for name in found),
            descending=[*(False for _ in key), False, False, *(True for _ in found)],
            nulls_last=True,
        )
        .unique(key, keep="first", maintain_order=True)
    )
