"""From the rows of a file to those of a table: which rows are the table's, and what one row of the file holds."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl
from polars.selectors import starts_with

from transforms.intake.contracts import dtypes
from transforms.intake.date_forms import INTERVALS, as_iso, is_interval, of_a_date_cell, plain_dates, unmarked
from transforms.intake.mapping import TableMapping, WideColumn, with_specimens
from transforms.intake.repairs import missing_words
from transforms.intake.spellings import folded

# Before the name of a column of the file that is none of the contract's.
OWN = "own "
PLACES = {
    "row_number": pl.Int64,
    "file_row": pl.Int64,
    "label": pl.String,
    "own_column": pl.String,
    "place": pl.String,
}
# The row of the extract that a row of a select is from, where it says so.
SOURCE_ROW = "row of the source"


class Shaped(NamedTuple):
    """Rows of a table. `rows`: `row_number` and the contract's columns as text; `filtered`: how many rows of the file
    are not the table's; `places` (None: `row_number` is the file's): by `row_number`, the row of the file (`file_row`),
    what the column of its test is called (`label`), the contract's column that it went into (`own_column`), and what of
    this is shown (`place`).
    """

    rows: pl.DataFrame
    filtered: int
    places: pl.DataFrame | None = None


def shaped(table: str, found: pl.DataFrame, mapping: TableMapping) -> Shaped:
    """Rows of the table from those of its file: `row_number`, the contract's columns, and the file's own behind OWN.

    A row of the file becomes one of the table, or one for each test that it holds. A test's empty cell makes none.
    """
    found = found.with_columns(_trimmed(starts_with(OWN)))
    kept = found.filter(pl.all_horizontal(pl.lit(value=True), *_conditions(mapping)))
    kept = kept.with_columns(
        pl.coalesce(OWN + name for name in names).alias(column) for column, names in mapping.combined.items()
    )
    if mapping.specimen:
        kept = with_specimens(kept.with_columns(_trimmed(pl.col("analyte"))), pl.col(OWN + mapping.specimen))
    filtered = found.height - kept.height
    if not mapping.wide:
        return Shaped(kept.select("row_number", *dtypes(table)), filtered)
    tests = [_rows_of(table, kept, name, wide) for name, wide in mapping.wide.items()]
    rows = pl.concat(tests).sort("file_row", maintain_order=True).drop("row_number").with_row_index("row_number", 1)
    rows = rows.with_columns(pl.col("row_number").cast(pl.Int64))
    return Shaped(rows.select("row_number", *dtypes(table)), filtered, rows.select(*PLACES))


def _trimmed(cell: pl.Expr) -> pl.Expr:
    text = cell.str.strip_chars()
    return pl.when(text != "").then(text).name.keep()


def _conditions(mapping: TableMapping) -> list[pl.Expr]:
    of = [_is_one_of(name, cells) for name, cells in mapping.where.items()]
    return [*of, *(~_is_one_of(name, cells) for name, cells in mapping.where_not.items())]


def _is_one_of(name: str, cells: tuple[str, ...]) -> pl.Expr:
    return unmarked(pl.col(OWN + name)).fill_null("").is_in(cells)


def _rows_of(table: str, kept: pl.DataFrame, name: str, wide: WideColumn) -> pl.DataFrame:
    """One row per cell of the column that is not empty."""
    cell = pl.col(OWN + name)
    if wide.codes:
        cell = cell.replace(list(wide.codes), [code or None for code in wide.codes.values()])
    is_there = cell.is_not_null() & ~folded(cell).str.to_lowercase().is_in(missing_words())
    given = {column: pl.lit(value) for column, value in wide.constants.items()}
    given |= {column: pl.col(OWN + other) for column, other in wide.columns.items()}
    given[wide.into] = cell
    columns = [given.get(column, pl.col(column)).alias(column) for column in dtypes(table)]
    return (
        kept.filter(is_there)
        .with_columns(
            pl.col("row_number").alias("file_row"),
            pl.lit(wide.label or name).alias("label"),
            pl.lit(wide.label or name).alias("place"),
            pl.lit(wide.into).alias("own_column"),
        )
        .select(*PLACES, *columns)
    )


def tests_across(table: str, header: list[str], date_column: str, mapping: TableMapping) -> dict[str, WideColumn]:
    """Of a header the columns that are dates, each with what its cells are: results of that day."""
    assert mapping.across
    names = pl.DataFrame({"name": header}, schema={"name": pl.String})
    day = pl.col("name").str.replace_all(r"-\s*[\r\n]+\s*", "-").str.replace_all(r"\s+", " ").str.strip_chars()
    dates = names.with_row_index("position", 1).with_columns(day.alias("day"))
    form = mapping.date_formats.get(date_column)
    dates = dates.filter(_is_date(pl.col("day"), form)).unique("name", keep="none", maintain_order=True)
    tests = {_KINDS[table]: mapping.across.tests} if mapping.across.tests and table in _KINDS else {}
    return {
        name: WideColumn(mapping.across.into, {date_column: text}, tests, label=f"column {position}")
        for position, name, text in dates.select("position", "name", "day").iter_rows()
    }


# What tells the tests of a table apart.
_KINDS: Mapping[str, str] = {"labs": "analyte", "cytogenetics": "abnormality", "findings": "finding", "mrd": "method"}


def _is_date(cell: pl.Expr, form: str | None) -> pl.Expr:
    if form:
        is_text = is_interval(cell) if form in INTERVALS else as_iso(cell, form).is_not_null()
        return is_text | of_a_date_cell(cell).is_not_null()
    return pl.any_horizontal(day.is_not_null() for _, day in plain_dates(folded(cell)))
