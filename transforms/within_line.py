"""What a line has shown up to each row: neighbours, last known values, lowest values, in passes over whole columns.

For rows sorted by patient, line and date. `with_places` adds the columns that the expressions here read: `row`, and the
first and the last row of the row's line. A window over the line would give the same and take several times as long.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

PLACES = ["row", "first_row", "last_row", "nth_line"]
# A figure as whole steps, one line's figures far below those of the line before: then the lowest of the line so far is
# the lowest of all rows so far.
_STEPS = 1e6
_APART = 2**42
_NONE_YET = 2**41


def with_places(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with their place, that of their line's first and last row, and the number of the line among all."""
    row = pl.int_range(pl.len())
    starts = _differs_from_before("patient_id") | _differs_from_before("line")
    return (
        rows.with_columns(row=row, starts=starts)
        .with_columns(
            pl.when("starts").then("row").forward_fill().alias("first_row"),
            pl.when(pl.col("starts").shift(-1, fill_value=True)).then("row").backward_fill().alias("last_row"),
            pl.col("starts").cast(pl.Int64).cum_sum().alias("nth_line"),
        )
        .drop("starts")
    )


def _differs_from_before(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(column).shift()) | (pl.int_range(pl.len()) == 0)


def previous(value: pl.Expr) -> pl.Expr:
    """The value of the line's row before; null on its first."""
    return pl.when(pl.col("row") > pl.col("first_row")).then(value.shift())


def last_known(value: pl.Expr) -> pl.Expr:
    """The line's last value that is not null, up to this row."""
    return pl.when(_last_row_where(value.is_not_null()) >= pl.col("first_row")).then(value.forward_fill())


def next_known(value: pl.Expr) -> pl.Expr:
    """The line's next value that is not null, after this row."""
    known = pl.when(value.is_not_null()).then("row")
    is_in_line = known.shift(-1).backward_fill() <= pl.col("last_row")
    return pl.when(is_in_line).then(value.shift(-1).backward_fill())


def has_been(condition: pl.Expr) -> pl.Expr:
    """Whether a condition has held in the line up to this row; where it is null it has not."""
    return (_last_row_where(condition) >= pl.col("first_row")).fill_null(value=False)


def has_been_before(condition: pl.Expr) -> pl.Expr:
    """Whether a condition has held in the line before this row."""
    return previous(has_been(condition)).fill_null(value=False)


def highest_known(code: pl.Expr, codes: int) -> pl.Expr:
    """The line's highest code (0 to `codes` - 1) up to this row; null where there is none yet."""
    apart = pl.col("nth_line") * (codes + 1)
    highest = (code.cast(pl.Int64) + 1).fill_null(0) + apart
    so_far = highest.map_batches(_highest_so_far) - apart
    return pl.when(so_far > 0).then(so_far - 1)


def lowest_known(value: pl.Expr) -> pl.Expr:
    """The line's lowest value up to this row, to six decimals; null where there is none yet."""
    return pl.map_batches([value, pl.col("nth_line")], _lowest_in_line, return_dtype=pl.Float64)


def _lowest_in_line(columns: Sequence[pl.Series]) -> pl.Series:
    values, line = columns
    if values.null_count() == values.len():  # what a registry never measures costs nothing
        return pl.repeat(None, values.len(), dtype=pl.Float64, eager=True)
    # Half up, as whole numbers; what is null counts as above every value. In place: the passes cost their memory.
    steps = values.cast(pl.Float64).to_numpy() * _STEPS
    steps += 0.5
    np.floor(steps, out=steps)
    np.clip(steps, 0, _NONE_YET - 1, out=steps)
    if values.has_nulls():
        np.fmin(steps, _NONE_YET, out=steps)
    apart = line.to_numpy() * _APART
    lowest = steps.astype(np.int64)
    lowest -= apart
    np.minimum.accumulate(lowest, out=lowest)
    lowest += apart
    # divided, not multiplied by the inverse: so 2.7 comes back as 2.7
    np.divide(lowest, _STEPS, out=steps)
    is_endless = lowest >= _NONE_YET - 1
    if is_endless.any():
        steps[is_endless] = np.where(lowest[is_endless] == _NONE_YET, np.nan, np.inf)
    return pl.Series(steps, nan_to_null=bool(values.has_nulls()))


def _last_row_where(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then("row").forward_fill()


def _highest_so_far(values: pl.Series) -> pl.Series:
    return pl.Series(np.maximum.accumulate(values.to_numpy()))
