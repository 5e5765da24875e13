"""Sheets of Excel and ODS workbooks.

A row's number is the sheet's own; an empty row is none, and leaves its number out. A cell that is merged with others
below it stands in each of these rows. A whole number has no decimals, a cell with an error (#N/A) is empty.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from flows.intake.sources import source
from flows.intake.sources.archives import entries, listed
from flows.intake.sources.form_error import FormError
from flows.intake.sources.source import NOTHING_REFUSED, Piece
from flows.settings.file_limits import RATIO_COUNTS_FROM, Limits
from transforms.intake.date_forms import DATE_CELL
from transforms.intake.mapping import Written

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Whole numbers up to here are exact; of others a workbook shows 15 digits.
_EXACT = 2.0**53
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, whose header is in row `header_row`, or the first after it that is not empty and does not
    begin with `comment`.
    """

    path: Path
    name: str
    comment: str = ""
    header_row: int = 1
    marks_header: bool = False

    def header(self) -> list[str]:
        """The names in its header."""
        _, names = self._header()
        return names

    def _header(self) -> tuple[int, list[str]]:
        for number, row in self._rows():
            texts = [_text(cell) + (DATE_CELL if self.marks_header and isinstance(cell, date) else "") for cell in row]
            first = next(text for text in texts if text.strip())
            if number >= self.header_row and not (self.comment and first.startswith(self.comment)):
                return number, texts
        return 0, []

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows."""
        header, names = self._header()
        wanted = range(len(names)) if positions is None else sorted(set(positions))
        rows = ((number, row) for number, row in self._rows() if number > header)
        most = min(_MOST_ROWS, source.BATCH_ROWS)
        while chunk := list(islice(rows, most)):
            text = {str(at): _column([row[at] for _, row in chunk], is_marked=at in marked) for at in wanted}
            numbers = pl.Series([number for number, _ in chunk], dtype=pl.Int64)
            yield Piece(pl.DataFrame(text | {"row_number": numbers}), NOTHING_REFUSED)

    def _rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Rows that are not empty, with their numbers in the sheet."""
        sheet = _loaded(self.path, self.path.stat().st_mtime_ns, self.name)
        if sheet.start is None:
            return
        ends = {(top, left): bottom for (top, left), (bottom, _) in sheet.merged_cell_ranges or () if bottom > top}
        ends_at: dict[int, tuple[int, Any]] = {}  # by column, the last row of a merged cell, and what it holds
        has_merged = {column for _, column in ends}
        for at, row in enumerate(sheet.iter_rows()):
            for column in has_merged:
                if (at, column) in ends:
                    ends_at[column] = ends[at, column], row[column]
                elif column in ends_at and at <= ends_at[column][0]:
                    row[column] = ends_at[column][1]
            if any(cell != "" for cell in row):
                yield at + 1, row


def check_size(path: Path, limits: Limits) -> None:
    """Raise FormError where a workbook grows to more than it may."""
    if not zipfile.is_zipfile(path):
        return
    size = sum(entry.file_size for entry in entries(path))
    is_bomb = size > RATIO_COUNTS_FROM and size > limits.ratio * max(path.stat().st_size, 1)
    if is_bomb or size > limits.uncompressed_bytes:
        raise FormError("grows too large when it is opened; split it, or raise uncompressed_gib or ratio of [limits]")


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook that hold cells, hidden ones too. Raises FormError where it can't be read."""
    return list(_sheet_names(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=64)
def _sheet_names(path: Path, _modified: int) -> tuple[str, ...]:
    with _plainly():
        kinds = python_calamine.CalamineWorkbook.from_path(path).sheets_metadata
    return tuple(sheet.name for sheet in kinds if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet)


def sheet_of(path: Path, written: Written, *, marks_header: bool = False) -> Sheet:
    """The sheet that is to be read. Raises FormError where there are several and none is named."""
    names = sheet_names(path)
    asked = written.part
    if asked and asked not in names:
        raise FormError(f"has no sheet {asked!r}; it has {listed(names)}")
    if not asked and len(names) != 1:
        raise FormError(
            f"has {len(names)} sheets; name one with sheet in registry.toml: {listed(names)}"
            if names
            else "has no sheet with cells; send another file"
        )
    return Sheet(path, asked or names[0], written.comment, written.header_row, marks_header)


@lru_cache(maxsize=1)
def _loaded(path: Path, _modified: int, name: str) -> python_calamine.CalamineSheet:
    with _plainly():
        return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(name)


class _plainly:  # noqa: N801 (a context manager)
    """Turns what calamine raises into words of ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, python_calamine.PasswordError):
            raise FormError("has a password; save it without one") from None
        if isinstance(error, python_calamine.CalamineError):
            raise FormError(
                "can't be read as a workbook, found it damaged, cut short or of another format; save it again as .xlsx"
            ) from None
        if isinstance(error, BaseException) and type(error).__name__ == "PanicException":
            raise FormError("can't be read as a workbook, its reader gave up; save the sheet as CSV") from None


def _column(cells: list[Any], *, is_marked: bool) -> pl.Series:
    if any(type(cell) is not str for cell in cells):
        mark = DATE_CELL if is_marked else ""
        cells = [_text(cell) + mark if isinstance(cell, date) else _text(cell) for cell in cells]
    return pl.Series(cells, dtype=pl.String)


def _text(cell: Any) -> str:
    return _TEXTS[type(cell)](cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) <= _EXACT else f"{cell:.15g}"


def _instant(cell: datetime) -> str:
    return str(cell.date()) if cell.time() == time(0) else str(cell)


_TEXTS: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda cell: str(cell).lower(),
    date: str,
    datetime: _instant,
    time: str,
    timedelta: str,
}
