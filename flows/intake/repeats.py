"""Which row of the extract the rows of a select are from, where several are from one."""

from __future__ import annotations

import polars as pl

from transforms.intake.shapes import SOURCE_ROW

_KEY = ("file_row", "label")


class Repeats:
    """How many rows so far are from each row of the source; two numbers are kept for each."""

    def __init__(self) -> None:
        self._seen = pl.DataFrame(schema={"file_row": pl.Int64, "label": pl.String, "times": pl.UInt32})
        self._later: list[pl.DataFrame] = []  # as seen, but not yet looked at
        self._last = -(2**63)

    def placed(self, rows: pl.DataFrame, found: pl.DataFrame, places: pl.DataFrame | None) -> pl.DataFrame:
        """Where the next rows of a table are from, as `shapes.Shaped` has it; of several from one row all but the first
        have a number in their label.

        `found`: the rows of the select, with SOURCE_ROW; `places`: which of these a row is from, and by which column.
        """
        if places is None:
            none = pl.lit(None, pl.String)
            places = rows.select("row_number", file_row="row_number", label=none, own_column=none)
        own = found.select(pl.col("row_number").alias("file_row"), SOURCE_ROW)
        placed = places.join(own, on="file_row", how="left", maintain_order="left")
        placed = placed.with_columns(pl.col(SOURCE_ROW).alias("file_row")).drop(SOURCE_ROW)
        if self._is_after_all(placed):
            return placed.with_columns(pl.col("label").alias("place"))
        self._seen, self._later = pl.concat([self._seen, *self._later]), []
        before = placed.join(self._seen, on=_KEY, how="left", maintain_order="left", nulls_equal=True)["times"]
        nth = pl.int_range(1, pl.len() + 1).over(_KEY) + before.fill_null(0)
        counts = placed.group_by(_KEY).agg(pl.len().alias("times"))
        self._seen = pl.concat([self._seen, counts]).group_by(_KEY).agg(pl.col("times").sum())
        number = pl.when(nth > 1).then(nth.cast(pl.String))
        return placed.with_columns(number.alias("nth")).with_columns(_joined("label", "nth").alias("place")).drop("nth")

    def _is_after_all(self, placed: pl.DataFrame) -> bool:
        """Whether the rows are one from each row of the source, and these in order: what most selects give."""
        numbers = placed["file_row"]
        if not numbers.len():
            return True
        is_new = bool(numbers[0] > self._last and (numbers.diff().drop_nulls() > 0).all())
        self._last = max(self._last, int(numbers.max()))  # type: ignore[arg-type]
        if is_new:
            self._later.append(placed.select(*_KEY, times=pl.lit(1, pl.UInt32)))
        return is_new


def _joined(*names: str) -> pl.Expr:
    text = pl.concat_str(names, separator=" · ", ignore_nulls=True)
    return pl.when(text != "").then(text)
