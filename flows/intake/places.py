"""Where the rows of a table come from, in the words of their file: its row, and the names of its columns."""

from __future__ import annotations

import polars as pl

from flows.intake.reading import SourceFile

# Between what a row comes from and where it is there: the column of its test, which of several it is, the file that a
# select reads.
OF_A_COLUMN = " · "


def placed(rows: pl.DataFrame, file: SourceFile, places: pl.DataFrame | None) -> pl.DataFrame:
    """Rows with `source_file`, and with the file's own `row_number` where `places` has it.

    Entries for the quarantine from a file with a test a column name the file's own column, and in `field` the
    contract's.
    """
    if places is None:
        return rows.with_columns(source_file=pl.lit(file.source))
    found = rows.join(places, on="row_number", how="left", maintain_order="left")
    found = _with_own_names(found, file) if "column" in rows.columns and file.mapping.wide else found
    return found.with_columns(row_number="file_row", source_file=_source(file, pl.col("place"))).drop(
        "file_row", "label", "own_column", "place"
    )


def of_lines(refused: pl.DataFrame, file: SourceFile) -> pl.DataFrame:
    """Lines that are no rows, with `source_file`."""
    return refused.with_columns(source_file=_source(file, pl.col("place")))


def _source(file: SourceFile, place: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(file.source), place, separator=OF_A_COLUMN, ignore_nulls=True)


def _with_own_names(entries: pl.DataFrame, file: SourceFile) -> pl.DataFrame:
    mapping = file.mapping
    taken = [
        (wide.label or name, column, other)
        for name, wide in mapping.wide.items()
        for column, other in wide.columns.items()
    ]
    others = pl.DataFrame(taken, {"label": pl.String, "column": pl.String, "other": pl.String}, orient="row")
    found = entries.join(others, on=["label", "column"], how="left", maintain_order="left")
    own = pl.col("column").replace(dict(mapping.columns))
    of_test = pl.when(pl.col("column") == pl.col("own_column")).then("label")
    return found.with_columns(field="column", column=pl.coalesce(of_test, "other", own)).drop("other")
