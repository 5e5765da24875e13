"""The value nearest to a date, of every test: what a clause about a point in time reads."""

from __future__ import annotations

import polars as pl

VALUES = ("low", "high", "ref_low", "ref_high", "positive", "attributed", "lost")
# Of equal figures that is the higher whose upper limit is lower, and an event is one unless it was said not to be.
_WORST_FIRST = {"ref_high": -pl.col("ref_high"), "attributed": pl.col("attributed").fill_null(value=True)}


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
    date the higher, then that of the narrower limits, positive over negative. Not after the date in the column `until`,
    where there is one; rows that have that column themselves are looked at for it alone. Tests that were not done
    within the window have no row.
    """
    days = (pl.col("date") - pl.col(on)).dt.total_days()
    in_time = (pl.col("date") <= pl.col(until)).fill_null(value=True) if until else pl.lit(value=True)
    columns = rows.collect_schema().names()
    found = [name for name in VALUES if name in columns]
    worst_first = [_WORST_FIRST.get(name, pl.col(name)) for name in found]
    key = ["patient_id", on, "test"]
    of = ["patient_id", *([until] if until in columns else [])]
    return (
        rows.join(about, on=of, how="inner", nulls_equal=True)
        .filter((days.abs() <= window_days) & in_time)
        .sort(
            *key,
            days.abs(),
            "date",
            *worst_first,
            *found,
            descending=[*(False for _ in key), False, False, *(True for _ in worst_first + found)],
            nulls_last=True,
        )
        .unique(key, keep="first", maintain_order=True)
    )
