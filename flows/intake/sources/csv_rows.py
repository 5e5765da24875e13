"""Rows of a CSV file as text, in bounded batches, each with its exact number; lines that are no rows are kept apart."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from flows.intake.sources.encodings import UTF_8, Utf8Stream
from flows.intake.sources.form_error import FormError
from flows.intake.sources.picked_lines import Asked, PickedLines, is_row_by_line
from transforms.intake.parsing import MOST_SHOWN, shown

# A block bounds the memory, whatever the size of the file; no row may be longer.
BLOCK_BYTES = 16 * 2**20
HEADER_BYTES = 2**20
MOST_TOGETHER = 100_000
# So many lines in a row that don't fit the header are another format, not damage; and they have to fit in memory.
MOST_RAGGED = 500_000
REFUSED = {"row_number": pl.Int64, "position": pl.Int64, "value": pl.String, "rule": pl.String}


class RaggedError(ValueError):
    """A file whose lines don't fit its header, one after the other."""


@dataclass(frozen=True)
class CsvForm:
    """How a CSV file is written; its header is on line `header_row`, after lines that begin with `comment`. `member`:
    the file within a zip archive.
    """

    encoding: str = UTF_8
    delimiter: str = ","
    comment: str = ""
    header_row: int = 1
    member: str = ""


PLAIN = CsvForm()


def header(path: Path, form: CsvForm = PLAIN) -> tuple[list[str], bool]:
    """The header's names as they stand (none in an empty file), and whether anything follows it.

    Raises FormError where the first line is none that a header can be.
    """
    with _opened(path, form) as stream:
        start = stream.read(HEADER_BYTES)
    text = codecs.getincrementaldecoder("utf-8-sig")().decode(start)
    if len(start) == HEADER_BYTES and not any(end in text.lstrip("\r\n") for end in "\r\n"):
        raise FormError(f"has a first line longer than {HEADER_BYTES // 2**20} MiB; begin it with a header")
    lines = io.StringIO(text, newline="")
    names = next((record for record in csv.reader(lines, delimiter=form.delimiter) if record), [])
    if any("\0" in name for name in names):
        raise FormError("has NUL bytes in its header, probably UTF-16 without its mark; save the file as UTF-8")
    return names, lines.read().strip("\r\n") != ""


def batches(
    path: Path, form: CsvForm = PLAIN, only: Asked | None = None
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Consecutive rows of the file: those that fit the header (of which `only` some may be asked for), and those that
    don't.

    The first frame has `row_number` (1 = first data row, blank lines not counted) and the text by the column's
    position, "0", "1", …; the second one `row_number`, `position` (null: the whole line), `value` (its text) and
    `rule`: ragged (another number of values than the header has) or line_break (a value that swallowed a row).
    Raises RaggedError, UnicodeDecodeError, OSError and ArrowException where the file breaks.
    """
    for asked, found in lines(path, form) if only is None else _together(lines(path, form, only)):
        swallowed = swallowed_rows(asked, asked.width - 1, form.delimiter)
        rows = asked.join(swallowed, on="row_number", how="anti", maintain_order="left") if len(swallowed) else asked
        yield rows, pl.concat([found, swallowed])


def _together(pieces: Iterator[tuple[pl.DataFrame, pl.DataFrame]]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The same rows in fewer pieces, for each of which there is much to do: few are asked of each block."""
    rows: list[pl.DataFrame] = []
    found: list[pl.DataFrame] = []
    for text, lost in pieces:
        rows.append(text)
        found.append(lost)
        if sum(map(len, rows)) >= MOST_TOGETHER:
            yield pl.concat(rows), pl.concat(found)
            rows, found = [], []
    if rows:
        yield pl.concat(rows), pl.concat(found)


def lines(path: Path, form: CsvForm = PLAIN, only: Asked | None = None) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """As `batches`, but for the rows that a value swallowed, which are part of it. Raises as `batches` does."""
    names, has_rows = header(path, form)
    if not has_rows:
        return
    numbers = None if only is None else _to_pick(path, form, only)
    with _opened(path, form) as text:
        if numbers is None:
            yield from _parsed(text, names, form.delimiter, only.numbers if only else None)
        elif len(numbers):
            for rows, found in _parsed(PickedLines(text, numbers), names, form.delimiter):
                yield _renumbered(rows, numbers), _renumbered(found, numbers)


def _to_pick(path: Path, form: CsvForm, only: Asked) -> NDArray[np.int64] | None:
    """The numbers of the lines that need to be parsed; None where a row may be more than a line, or where the ragged
    ones, without the rows between them, could be too many one after the other."""
    if len(only.ragged) >= MOST_RAGGED:
        return None
    with _opened(path, form) as text:
        return np.union1d(only.numbers, only.ragged) if is_row_by_line(text, only.lines) else None


def _renumbered(rows: pl.DataFrame, numbers: NDArray[np.int64]) -> pl.DataFrame:
    return rows.with_columns(pl.Series("row_number", numbers[rows["row_number"].to_numpy() - 1], pl.Int64))


def _parsed(
    text: io.RawIOBase, names: list[str], delimiter: str, wanted: NDArray[np.int64] | None = None
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """All rows, or those with the numbers `wanted`, ascending; and in any case what does not fit the header."""
    ragged: list[tuple[int, str]] = []
    first, pending = 1, np.empty(0, np.int64)
    for arrow in _records(text, names, ragged, delimiter):
        found, left = _drained(ragged)
        pending = np.concatenate([pending, left])
        numbers = _numbers(first, arrow.num_rows, pending)
        before, first = first, int(numbers[-1]) + 1 if arrow.num_rows else first
        pending = pending[pending >= first]
        if wanted is not None:  # chosen before they become a frame, which takes as long as parsing
            asked = np.isin(numbers, wanted[slice(*np.searchsorted(wanted, [before, first]))], assume_unique=True)
            rows, numbers = arrow.filter(pa.array(asked)), numbers[asked]
        else:
            rows = arrow
        yield _by_position(rows).with_columns(pl.Series("row_number", numbers, dtype=pl.Int64)), found
    found, _ = _drained(ragged)
    if len(found):  # a piece of nothing would be sorted out like any other
        yield _nothing(len(names)), found


def _opened(path: Path, form: CsvForm) -> io.RawIOBase:
    """The file's text as UTF-8, from its header on."""
    stream = Utf8Stream(path, form.encoding, form.member)
    return FromHeader(stream, form) if form.comment or form.header_row > 1 else stream


class FromHeader(io.RawIOBase):
    """A file's text without the lines above its header."""

    def __init__(self, stream: Utf8Stream, form: CsvForm) -> None:
        self._stream = stream
        start = stream.read(HEADER_BYTES)
        lines = start.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
        first = form.header_row - 1
        while form.comment and first < len(lines) and lines[first].startswith(form.comment.encode()):
            first += 1
        self._ready = b"".join(lines[first:])
        if not self._ready:
            stream.close()
            raise FormError(
                f"has no header after {first:,} lines in its first {HEADER_BYTES // 2**20} MiB; see header_row and "
                "comment in registry.toml"
            )

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than `size` only at the end."""
        found, self._ready = (self._ready, b"") if size < 0 else (self._ready[:size], self._ready[size:])
        return found + self._stream.read(size if size < 0 else size - len(found))

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()


def _records(
    stream: io.RawIOBase, names: list[str], ragged: list[tuple[int, str]], delimiter: str
) -> Iterator[pa.RecordBatch]:
    def keep(row: pa_csv.InvalidRow) -> str:
        ragged.append((row.number - 1, _shown(row.text)))  # the header is row 1
        return "skip" if len(ragged) < MOST_RAGGED else "error"

    try:
        yield from pa_csv.open_csv(
            stream,
            # Only without threads are invalid rows numbered.
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        if len(ragged) >= MOST_RAGGED:
            raise RaggedError(f"{MOST_RAGGED:,} lines one after the other do not fit the header") from None
        raise


def _shown(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}… ({len(text)} characters)"


def _drained(ragged: list[tuple[int, str]]) -> tuple[pl.DataFrame, np.ndarray]:
    numbers, texts = [number for number, _ in ragged], [text for _, text in ragged]
    ragged.clear()
    frame = pl.DataFrame({"row_number": numbers, "value": texts}, schema={"row_number": pl.Int64, "value": pl.String})
    found = frame.with_columns(position=pl.lit(None, pl.Int64), rule=pl.lit("ragged")).select(*REFUSED)
    return found, np.array(numbers, np.int64)


def _numbers(first: int, rows: int, taken: np.ndarray) -> np.ndarray:
    """The numbers of the next rows: those from `first` on that no ragged line has taken."""
    candidates = np.arange(first, first + rows + len(taken))
    return np.setdiff1d(candidates, taken, assume_unique=True)[:rows]


def _by_position(arrow: pa.RecordBatch) -> pl.DataFrame:
    table = pa.Table.from_batches([arrow])
    frame = pl.from_arrow(table.rename_columns([str(position) for position in range(table.num_columns)]))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _nothing(width: int) -> pl.DataFrame:
    return pl.DataFrame(schema={**{str(position): pl.String for position in range(width)}, "row_number": pl.Int64})


def swallowed_rows(text: pl.DataFrame, width: int, delimiter: str) -> pl.DataFrame:
    """Values of several lines in which a quote was opened and never closed, so that rows became part of them.

    They give themselves away by a line with as many commas as a row has, or by a quote left over inside.
    """
    breaks = pl.all().exclude("row_number").str.contains_any(["\n", "\r"])
    lines = text.filter(pl.any_horizontal(breaks)).unpivot(index="row_number", variable_name="position")
    lines = lines.filter(pl.col("value").str.contains_any(["\n", "\r"]))
    inside = pl.col("value").str.replace_all("\r", "\n", literal=True).str.split("\n").list.slice(1)
    most = inside.list.eval(pl.element().str.count_matches(delimiter, literal=True)).list.max()
    bad = lines.filter((most >= width - 1) | pl.col("value").str.contains('"', literal=True))
    return bad.select(
        "row_number", pl.col("position").cast(pl.Int64), shown(pl.col("value")), rule=pl.lit("line_break")
    )
