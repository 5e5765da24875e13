"""The tables of an extract's files as text, with how each file is written: found out, not asked."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from flows.intake.reading import REGISTRY_NAME
from flows.intake.sources import archives, file_readers, statistics, workbook
from flows.intake.sources.encodings import Utf8Stream, encoding_of
from flows.intake.sources.form_error import FormError
from flows.mapping.draft import Asked, Choice, Entry, Said, toml
from flows.mapping.header_words import LIKELY, SURE
from flows.mapping.looks import looks_like_data
from flows.settings.file_limits import Limits
from transforms.intake.contracts import CONTRACTS
from transforms.intake.mapping import UNWRITTEN, Written
from transforms.intake.parsing import trimmed

# A draft rests on so many rows of a file.
MOST_ROWS = 200_000
_SAMPLE_BYTES = 2**18
_LINES = 60
_DELIMITERS = (",", "\t", ";", "|")
_TEXT = (".txt", ".dat", ".asc")
_LEAST_COLUMNS = 3
_COMMENT = "#"
_WESTERN = "cp1252"


_NO_TABLE = "no kind of file that tables are read from, or one without rows"
_SQLITE = "a database of SQLite; say [source] uri = {}, and for each table its table or select"


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\x00"


class UnreadError(Exception):
    """A file that no draft can be made of; the message says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """One table of an extract's files, or a part of it.

    `names`: of its columns, as registry.toml names them; `rows`: their cells as trimmed text, by position; `form`: how
    the file is written, and which of its rows these are; `is_whole`: whether these are all rows of the file; `units`:
    by position, those that a row of their own says; `labels`: by position, of the variables of a statistics program.
    """

    file: str
    names: tuple[str, ...]
    rows: pl.DataFrame
    form: tuple[Entry, ...] = ()
    is_whole: bool = True
    part: str = ""
    units: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The file, and the part of it."""
        return f"{self.file}, {self.part}" if self.part else self.file

    def where(self, condition: pl.Expr, *form: Entry, part: str = "") -> Sheet:
        """The rows for which a condition holds, and how registry.toml says it."""
        return replace(self, rows=self.rows.filter(condition), form=(*self.form, *form), part=part or self.part)


def _sheet(path: Path, file: str, written: Written, form: list[Entry], limits: Limits) -> Sheet:
    """The rows of a file as it is written. Raises UnreadError."""
    source = file_readers.opened(path, written, limits)
    names = [name.strip() for name in source.header()]
    if not any(names):
        raise UnreadError("has no header")
    if looks_like_data(tuple(names)):
        raise UnreadError("its first line looks like data, not like names of columns; write a header above it")
    found, height = [pl.DataFrame(schema=dict.fromkeys(map(str, range(len(names))), pl.String))], 0
    for piece in source.pieces():
        found.append(piece.text.select(map(str, range(len(names)))))
        height += piece.text.height
        if height > MOST_ROWS:
            break
    rows = trimmed(pl.concat(found).head(MOST_ROWS))
    labels = source.variable_labels() if isinstance(source, statistics.Statistics) else {}
    return Sheet(file, tuple(names), rows, tuple(form), is_whole=height <= MOST_ROWS, labels=labels)


def _text_sheet(path: Path, file: str, member: str, limits: Limits) -> Sheet:
    """Text in columns, with the signs between them, its encoding and its header found out."""
    encoding, said = _encoding(path, limits, member)
    with Utf8Stream(path, encoding, member) as stream:
        start = codecs.getincrementaldecoder("utf-8-sig")(errors="ignore").decode(stream.read(_SAMPLE_BYTES))
    lines = start.splitlines(keepends=True)
    comment = _COMMENT if _has_comments(lines) else ""
    commented = sum(1 for _ in _comments(lines)) if comment else 0
    delimiter = _delimiter(lines[commented:])
    header_row = 1 if comment else _header_line(lines, delimiter)
    said += _said(member or file, delimiter, header_row, commented)
    said_encoding = encoding if said and encoding == _WESTERN else None
    written = Written(said_encoding, delimiter, comment, header_row, member or None)
    return _sheet(path, file, written, said, limits)


def _book_sheet(path: Path, name: str, several: bool, limits: Limits) -> Sheet:
    """A sheet of a workbook, with the row of its header."""
    said: list[Entry] = [Said("sheet", toml(name), SURE, "a sheet of the workbook")] if several else []
    source = file_readers.opened(path, Written(part=name), limits)
    header, piece = source.header(), next(iter(source.pieces()), None)
    row = _header_of(header, piece.text.head(_LINES)) if piece else None
    if row:
        said.append(Said("header_row", str(row), LIKELY, "the first row with as many names as there are columns"))
    sheet = _sheet(path, path.name, Written(part=name, header_row=row or 1), said, limits)
    return replace(sheet, part=f"sheet {toml(name)}" if several else "")


def _header_of(header: list[str], rows: pl.DataFrame) -> int | None:
    """The row of a sheet's header, where titles stand above it."""
    cells = rows.drop("row_number")
    widths = [sum(1 for cell in row if cell and cell.strip()) for row in cells.iter_rows()]
    above = sum(1 for cell in header if cell.strip())
    usual = max(widths, default=0)
    if usual < _LEAST_COLUMNS or above >= 0.6 * usual:
        return None
    for number, row, width in zip(rows["row_number"], cells.iter_rows(), widths, strict=True):
        named = tuple(cell or "" for cell in row)
        if width >= 0.6 * usual and not looks_like_data(named):
            return int(number)
    return None


def _said(file: str, delimiter: str, header_row: int, commented: int) -> list[Entry]:
    said: list[Entry] = []
    plain = "\t" if file.lower().endswith(file_readers.TABS) else ","
    if delimiter != plain:
        said.append(Said("delimiter", toml(delimiter), SURE, "parts the lines into the same number of columns"))
    if commented:
        said.append(Said("comment", toml(_COMMENT), SURE, f"{commented} lines above the header begin with it"))
    if header_row > 1:
        said.append(
            Said("header_row", str(header_row), LIKELY, "the first line with as many names as there are columns")
        )
    return said


def _encoding(path: Path, limits: Limits, member: str) -> tuple[str, list[Entry]]:
    try:
        return encoding_of(path, limits, None, member), []
    except UnicodeDecodeError:
        return _WESTERN, [Said("encoding", toml(_WESTERN), LIKELY, "not UTF-8, and no Japanese encoding fits")]
    except FormError as error:
        if "may or may not" not in str(error):
            raise
        choices = [Choice(f"encoding = {toml(name)}", says) for name, says in _ASKED.items()]
        question = "The file is not UTF-8, and more than one encoding fits it."
        return _western(path, limits, member), [Asked(question, choices)]


_ASKED = {
    _WESTERN: "Western European (Windows); the rest of this section was drafted so",
    "shift_jis": "Japanese (Windows)",
    "euc_jp": "Japanese (Unix)",
}


def _western(path: Path, limits: Limits, member: str) -> str:
    try:
        return encoding_of(path, limits, _WESTERN, member)
    except UnicodeDecodeError:
        raise FormError("not UTF-8, and more than one Japanese encoding fits; save the file as UTF-8") from None


def _has_comments(lines: list[str]) -> bool:
    rest = next((line for line in lines if not line.startswith(_COMMENT)), "")
    return bool(lines) and lines[0].startswith(_COMMENT) and bool(rest.strip())


def _comments(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith(_COMMENT):
            return
        yield line


def _records(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO("".join(lines[:_LINES])), delimiter=delimiter))
    except csv.Error:
        return []


def _delimiter(lines: list[str]) -> str:
    """The sign that parts most lines into the same number of columns, more than one."""

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(record) for record in _records(lines, delimiter) if any(record)]
        width, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (round(times / len(widths), 1) if width > 1 else 0.0), width

    return max(_DELIMITERS, key=score) if lines else ","


def _header_line(lines: list[str], delimiter: str) -> int:
    """The line of the header: the first, unless lines above it have fewer columns than the rows below."""
    records = _records(lines, delimiter)
    widths = Counter(sum(1 for cell in record if cell.strip()) for record in records if any(record))
    full = Counter(len(record) for record in records if any(record))
    if not widths or full.most_common(1)[0][0] < 3:
        return 1
    width = full.most_common(1)[0][0]
    line = 1
    for record in records[:20]:
        named = [cell for cell in record if cell.strip()]
        if len(record) == width and len(named) >= max(2, round(0.6 * width)) and not looks_like_data(tuple(record)):
            above = [earlier for earlier in lines[: line - 1] if earlier.strip()]
            return line if above else 1
        line += 1 + sum(cell.count("\n") for cell in record)
    return 1


def sheets(extract: Path, limits: Limits) -> tuple[list[Sheet], dict[str, str]]:
    """The tables of an extract in the order of their names, and why other files are none."""
    found: list[Sheet] = []
    unread: dict[str, str] = {}
    for path in sorted(extract.iterdir(), key=lambda entry: entry.name):
        if path.name == REGISTRY_NAME or path.name.startswith((".", "~$")):
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(extract.resolve()):
            unread[path.name] = "a link that leads out of the extract; put the file itself into it"
            continue
        try:
            read = list(_of(path, limits))
            found += read
            if not read and path.is_file():
                unread[path.name] = _SQLITE.format(toml(f"sqlite:///{path.name}")) if _is_sqlite(path) else _NO_TABLE
        except UnreadError as error:
            unread[path.name] = str(error)
        except file_readers.UNREADABLE as error:
            unread[path.name] = file_readers.why(error, file_readers.kind_of(path))
    return found, unread


def _of(path: Path, limits: Limits) -> Iterator[Sheet]:
    if path.is_dir():
        parts = [part for part in sorted(path.iterdir()) if part.is_file() and file_readers.ending_of(part)]
        if parts and path.name in CONTRACTS:  # one file tells how all are written
            yield from (replace(sheet, file=path.name) for sheet in _of(parts[0], limits))
        return
    name = path.name.lower()
    if name.endswith(workbook.ENDINGS):
        names = workbook.sheet_names(path)
        yield from (_book_sheet(path, each, len(names) > 1, limits) for each in names if _has_cells(path, each, limits))
    elif name.endswith(archives.ENDING):
        members = archives.members(path)
        for member in members:
            sheet = _text_sheet(path, path.name, member, limits)
            said = Said("member", toml(member), SURE, "a file of the archive")
            yield replace(sheet, form=(said, *sheet.form), part=f"{toml(member)} in it")
    elif name.endswith(file_readers.TEXT) or path.suffix.lower() in _TEXT:
        yield _text_sheet(path, path.name, "", limits)
    elif file_readers.ending_of(path):
        yield _sheet(path, path.name, UNWRITTEN, [], limits)


def _has_cells(path: Path, name: str, limits: Limits) -> bool:
    """Whether a sheet has rows of more than one cell."""
    pieces = file_readers.opened(path, Written(part=name), limits).pieces()
    return any(len(piece.text.columns) > 2 and piece.text.height > 0 for piece in pieces)
