"""The seam between what rows come from and what is made of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import polars as pl

from flows.intake.sources.csv_rows import REFUSED
from flows.intake.sources.form_error import FormError
from transforms.intake.date_forms import DATE_CELL
from transforms.intake.parsing import as_text

BATCH_ROWS = 250_000


class Piece(NamedTuple):
    """Some consecutive rows. `text`: `row_number` and, by the column's position ("0", "1", …), text; `refused`: what is
    no row of the header's columns, as csv_rows.batches has it.
    """

    text: pl.DataFrame
    refused: pl.DataFrame


class Source(Protocol):
    """Named columns and their rows."""

    def header(self) -> list[str]:
        """The names of its columns, as they stand."""

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows in bounded batches, of at least the columns at these positions (None: of all). In those `marked`, a
        date that is held as one, and not as text, ends in DATE_CELL.
        """


class UntextedError(ValueError):
    """A column of a type that has no plain text; the message is its position."""


NOTHING_REFUSED = pl.DataFrame(schema=REFUSED)


def numbered(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Frames with `row_number`, from 1 on."""
    first = 1
    for frame in frames:
        yield frame.with_columns(pl.int_range(first, first + frame.height, dtype=pl.Int64).alias("row_number"))
        first += frame.height


def typed_pieces(frames: Iterable[pl.DataFrame], marked: Container[int]) -> Iterator[Piece]:
    """Pieces of frames with `row_number` and columns of any type that are called by their positions. Raises FormError
    and UntextedError for what has no text.
    """
    for frame in frames:
        yield Piece(_texts(frame, marked), NOTHING_REFUSED)


def _texts(frame: pl.DataFrame, marked: Container[int]) -> pl.DataFrame:
    cells = frame.drop("row_number")
    try:
        text = as_text(cells)
    except TypeError as error:
        raise UntextedError(str(error)) from None
    except pl.exceptions.PolarsError:
        raise FormError("holds bytes that are not UTF-8; write the columns as text") from None
    dates = [name for name, kind in cells.schema.items() if int(name) in marked and _is_day(kind)]
    return text.with_columns(pl.col(dates) + DATE_CELL, frame["row_number"])


def _is_day(kind: pl.DataType) -> bool:
    return kind == pl.Date or (isinstance(kind, pl.Datetime) and kind.time_zone is None)
