"""What is nearest in time: of one patient's rows that before a date, after it or on either side; and of every test the
value nearest a date, which is what a clause about a point in time reads.

The joins pass once over two sorted columns of integers: patient and day on one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

Side = Literal["backward", "forward"]
_KEY = "patient_and_day"
_APART = 2**32  # days between one patient's dates and the next one's on the common scale
_NEVER_REACHED = 2**31 - 1  # so a search that is stopped here never leaves the patient
VALUES = ("positive", "low", "high", "ref_low", "ref_high", "attributed", "lost")
# Of equal figures that is the higher whose upper limit is lower, and an event is one unless it was said not to be.
_WORST_FIRST = {"ref_high": -pl.col("ref_high"), "attributed": pl.col("attributed").fill_null(value=True)}


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
        rows.with_columns(patient_and_day(rows, left_on).alias(_KEY))
        .sort(_KEY, maintain_order=True)
        .join_asof(
            found.select(pl.exclude("patient_id"), patient_and_day(found, right_on).alias(_KEY)).sort(
                _KEY, maintain_order=True
            ),
            on=_KEY,
            strategy=strategy,
            tolerance=within_days,
            allow_exact_matches=allow_exact_matches,
        )
        .drop(_KEY)
    )


def join_nearest_on_either_side(
    rows: pl.LazyFrame,
    found: pl.LazyFrame,
    left_on: str,
    right_on: str,
    *,
    within_days: int,
    alike: Sequence[str] = (),
) -> pl.LazyFrame:
    """Rows with the columns of the same patient's row of `found` whose date is the nearest to theirs: of two equally
    near the earlier.

    Null where there is none within `within_days`, or where on neither side the nearest has the same values in the
    columns `alike`. Rows come back in the order of patient and date.
    """
    columns = [name for name in found.collect_schema().names() if name != "patient_id"]
    sides: tuple[Side, Side] = ("backward", "forward")
    for side in sides:
        of_side = found.rename({name: f"{name}_{side}" for name in columns})
        rows = join_nearest(rows, of_side, left_on, f"{right_on}_{side}", strategy=side, within_days=within_days)
        is_alike = pl.all_horizontal(pl.lit(value=True), *(pl.col(f"{name}_{side}") == pl.col(name) for name in alike))
        rows = rows.with_columns(pl.when(is_alike).then(f"{name}_{side}").alias(f"{name}_{side}") for name in columns)
    before = pl.col(left_on) - pl.col(f"{right_on}_backward")
    after = pl.col(f"{right_on}_forward") - pl.col(left_on)
    is_nearer_before = (before <= after).fill_null(pl.col(f"{right_on}_backward").is_not_null())
    return rows.with_columns(
        pl.when(is_nearer_before).then(f"{name}_backward").otherwise(f"{name}_forward").alias(name)
        for name in columns
        if name not in alike
    ).drop(f"{name}_{side}" for name in columns for side in sides)


def patient_and_day(rows: pl.LazyFrame, date: str, days: int = 1) -> pl.Expr:
    """A patient and a date (or the span of so many days that it lies in) as one whole number, in the order of both: a
    key that joins and sorts at a fraction of the cost of two.
    """
    patient = pl.col("patient_id")
    if not isinstance(rows.collect_schema()["patient_id"], pl.Enum):
        patient = patient.cast(pl.Categorical)
    return patient.to_physical().cast(pl.Int64) * _APART + pl.col(date).to_physical().cast(pl.Int64) // days


def nearest(
    about: pl.LazyFrame,
    rows: pl.LazyFrame,
    on: str,
    window_days: int,
    *,
    until: str | None = None,
) -> pl.LazyFrame:
    """Per row of `about` (a patient and a date, in the column named) and test, the patient's nearest row of `rows`.

    `rows` have `patient_id`, `test`, `date` and what was found. Of two as near the earlier counts; of two on one
    date positive over negative, then the higher, then that of the narrower limits. Not after the date in the column
    `until`, where there is one; rows that have that column themselves are looked at for it alone. Tests that were not
    done within the window have no row.
    """
    days = (pl.col("date") - pl.col(on)).dt.total_days()
    in_time = (pl.col("date") <= pl.col(until)).fill_null(value=True) if until else pl.lit(value=True)
    columns = rows.collect_schema().names()
    found = [name for name in VALUES if name in columns]
    # what was lost is asked last: a value known to be due to myeloma is, whatever its equal of that day may have said
    worst_first = [_WORST_FIRST.get(name, pl.col(name)) for name in found if name != "lost"]
    key = ["patient_id", on, "test"]
    # a row within the window of a date is in its span of days, in that before or in that after: few are looked at
    span, own = window_days + 1, [until] if until in columns else []
    spans = pl.concat([about.with_columns(patient_and_day(about, on, span).alias(_KEY) + n) for n in (-1, 0, 1)])
    return (
        rows.with_columns(patient_and_day(rows, "date", span).alias(_KEY))
        .join(spans.drop("patient_id"), on=[_KEY, *own], how="inner", nulls_equal=True)
        .drop(_KEY)
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


def around(
    rows: pl.LazyFrame,
    dated: str,
    about: pl.LazyFrame,
    on: str,
    *,
    within_days: int,
    of: Sequence[str] = (),
) -> pl.LazyFrame:
    """The rows that lie between the first and the last date of their patient in `about`, or so many days beyond: few of
    many, so that what follows works on little. What `about` has of a patient is apart by the columns `of`, which a row
    then has.
    """
    first, last = pl.col(on).min().dt.offset_by(f"-{within_days}d"), pl.col(on).max().dt.offset_by(f"{within_days}d")
    span = about.group_by("patient_id").agg(from_=first, to=last).collect()
    # looked up, as a join would copy every column of the many
    from_, to = (
        pl.col("patient_id").replace_strict(span["patient_id"], span[side], default=None, return_dtype=pl.Date)
        for side in ("from_", "to")
    )
    near = rows.filter(pl.col(dated).is_between(from_, to))
    if not of:
        return near
    spans = about.group_by("patient_id", *of).agg(from_=first, to=last)
    return (
        near.join(spans, on="patient_id", how="inner")
        .filter(pl.col(dated).is_between("from_", "to"))
        .drop("from_", "to")
    )
