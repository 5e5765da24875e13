"""The files of an extract: what columns they have, and their rows as text in bounded batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import polars as pl
from polars import selectors as cs

from flows.endings import MspikeError
from flows.intake.headers import HeaderError, NamedColumns, named
from flows.intake.repeats import Repeats
from flows.intake.sources import csv_rows, file_readers, source
from flows.intake.sources.csv_rows import CsvForm
from flows.intake.sources.databases import Rows, Snapshot
from flows.intake.sources.encodings import UTF_8
from flows.intake.sources.queries import Query
from flows.intake.sources.source import Source, UntextedError
from flows.settings.file_limits import Limits
from transforms.intake.contracts import dated_by, dtypes
from transforms.intake.mapping import UNMAPPED, TableMapping
from transforms.intake.shapes import OWN, SOURCE_ROW, shaped, tests_across

REGISTRY_NAME = "registry.toml"
DEFAULT_LIMITS = Limits()
REFUSED = {"row_number": pl.Int64, "column": pl.String, "value": pl.String, "rule": pl.String, "place": pl.String}


class ExtractError(MspikeError):
    """An extract that can't be ingested; the message is one line for the person who sent it, without patient data."""


@dataclass(frozen=True)
class SourceFile:
    """A table as one file of the extract has it: where the file is, its path relative to the extract, and the table.

    `mapping` says what its site names otherwise. `tag` tells several that are read from one file apart. What `surveyed`
    finds out: `form`, how text is written; `rows`, what is to be read; `limits`, within which. `database`: where that
    is one.
    """

    path: Path
    name: str
    table: str
    mapping: TableMapping = UNMAPPED
    form: CsvForm = csv_rows.PLAIN
    tag: str = ""
    rows: Source | None = field(default=None, compare=False, repr=False)
    limits: Limits = field(default=DEFAULT_LIMITS, compare=False, repr=False)
    database: Snapshot | None = field(default=None, compare=False, repr=False)

    @cached_property
    def named(self) -> NamedColumns:
        """Its columns by the contract's names, once it is surveyed. Raises as `columns_of` does."""
        with _readable(self):
            return named(self.table, self.name, self.opened.header(), self.mapping, self.limits.columns)

    @property
    def source(self) -> str:
        """What its rows are said to come from."""
        return self.name + self.tag

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that are read, once it is surveyed."""
        return self.rows.paths if isinstance(self.rows, Query) else (self.path,)

    @property
    def opened(self) -> Source:
        """What is to be read, once it is surveyed."""
        assert self.rows
        return self.rows


@dataclass(frozen=True)
class Batch:
    """Some consecutive rows of a file, whose `row_number` is 1 for the first data row.

    `rows` has `row_number` and the contract's columns as text; `refused`, one row per line that is not a row of the
    header's columns, has `row_number`, `column` (null: the whole line), `value` (the text) and `rule`, and `place`, the
    file that it is of where a select reads several. `filtered`: how
    many rows are none of the table's; `places` (None: `row_number` says it): where in the file each row is
    (transforms/intake/shapes.py).
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    filtered: int = 0
    places: pl.DataFrame | None = None


Sections = Mapping[str, tuple[TableMapping, ...]]
NO_SECTIONS: Sections = MappingProxyType({})


def surveyed(file: SourceFile, limits: Limits) -> SourceFile:
    """The file with how it is written. Raises ExtractError where it is not what its name says, or over a limit."""
    with _readable(file):
        mapping = file.mapping
        rows: Source
        if mapping.sql:
            rows = Query.of(mapping.sql, file.path, limits)
        elif mapping.relation and file.database:
            rows = Rows(mapping.relation, file.database)
        else:
            rows = file_readers.opened(file.path, mapping.written, limits, marks_header=bool(mapping.across))
    surveyed_ = replace(file, rows=rows, limits=limits, form=getattr(rows, "form", csv_rows.PLAIN))
    return _with_dates_across(surveyed_) if file.mapping.across else surveyed_


def _with_dates_across(file: SourceFile) -> SourceFile:
    with _readable(file):
        header = [name.strip() for name in file.opened.header()]
    tests = tests_across(file.table, header, dated_by(file.table), file.mapping)
    if not tests:
        raise ExtractError(
            f"{file.name}: none of its {len(header):,} columns is named by a date, as [[tables.{file.table}]] across "
            "says; give header_row, or the dates' date_format, in registry.toml"
        )
    return replace(file, mapping=replace(file.mapping, wide=tests))


def repairs_of(file: SourceFile) -> dict[str, int]:
    """What of the file as a whole is read in spite of its form: how many times, by rule of repair."""
    found = {"encoding": int(file.form.encoding != UTF_8), "header": file.named.repaired}
    return {rule: times for rule, times in found.items() if times}


def unknown_columns(file: SourceFile) -> list[str]:
    """The file's columns that nothing reads, in its order. Raises as `columns_of` does."""
    return file.named.unknown


def columns_of(file: SourceFile) -> list[str]:
    """The file's columns in its order, those of the contract by the contract's names; one without a name is called by
    its position.

    Raises ExtractError where the file can't be read, has no header, or has one of the contract's columns twice or a
    required one not at all, and RegistryError where the site's own names don't fit it.
    """
    return file.named.names


def read_batches(file: SourceFile) -> Iterator[Batch]:
    """The file from its first row to its last, in batches of bounded size. Raises ExtractError where it breaks."""
    repeats = Repeats()
    for text, refused in read_own_rows(file):
        # a file with a test a column has many rows of the table in one of its own
        most = max(source.BATCH_ROWS // max(len(file.mapping.wide), 1), 1)
        for start in range(0, max(text.height, 1), most):
            rows, filtered, places = shaped(file.table, text.slice(start, most), file.mapping)
            if SOURCE_ROW in text.columns:
                places = repeats.placed(rows, text, places)
            yield Batch(rows, refused if start == 0 else refused.clear(), filtered, places)


def read_own_rows(file: SourceFile) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows of the file as they stand (transforms/intake/shapes.py makes the table's of them), and what is no row, as
    `Batch` has it. Raises ExtractError where the file breaks.
    """
    found, table = file.named, dtypes(file.table)
    called = {position: name for position, name in enumerate(found.names) if name in table}
    dates = {at for at, name in called.items() if name in file.mapping.date_formats}
    dates |= {found.own[name] for name in file.mapping.dates() if name in found.own}
    with _readable(file, found.names):
        for text, refused in file.opened.pieces([*called, *found.own.values()], dates):
            column = pl.col("position").replace_strict(called, default=None, return_dtype=pl.String).alias("column")
            lost = pl.concat([pl.DataFrame(schema=REFUSED), refused.with_columns(column)], how="diagonal")
            yield _as_contract(file.table, text, found, called), lost.select(*REFUSED)


def row_texts(file: SourceFile) -> Iterator[tuple[pl.DataFrame, int]]:
    """Of the rows of a plain file (texts.py) `row_number`, the text of `patient_id`, and `content`, one number for all
    that decides about a row; and how many lines are no rows. Raises ExtractError where the file breaks.
    """
    found, table = file.named, dtypes(file.table)
    read = [str(position) for position, name in enumerate(found.names) if name in table]
    whose = pl.col(str(found.names.index("patient_id"))).cast(pl.Categorical).alias("patient_id")
    with _readable(file, found.names):
        for text, refused in csv_rows.lines(file.path, file.form):
            content = text.select(read).hash_rows().alias("content")
            unread = text.drop(read)
            if unread.width > 1:  # it decides where it swallowed a row
                lost = csv_rows.swallowed_rows(unread, len(found.names), file.form.delimiter)["row_number"]
                is_row = ~text["row_number"].is_in(lost.implode())
                content = content.zip_with(is_row, pl.zeros(1, pl.UInt64, eager=True))
            yield text.select("row_number", whose).with_columns(content), len(refused)


@contextmanager
def _readable(file: SourceFile, names: Sequence[str] = ()) -> Iterator[None]:
    """Turns what the readers raise into one line that quotes nothing of the file."""
    try:
        yield
    except UntextedError as error:
        raise ExtractError(
            f"{file.name}: column {names[int(str(error))]} is of a type without a plain text; write text, numbers, "
            "dates or booleans"
        ) from None
    except MemoryError:  # Arrow's too; it says nothing of the file
        raise
    except HeaderError as error:
        raise ExtractError(f"{file.name}: {error}") from None
    except file_readers.UNREADABLE as error:
        raise ExtractError(f"{file.name}: {file_readers.why(error, file_readers.kind_of(file.path))}") from None


def _as_contract(table: str, text: pl.DataFrame, found: NamedColumns, called: Mapping[int, str]) -> pl.DataFrame:
    """All of the contract's columns in its order, null throughout where the file doesn't have one; and the file's own
    that are read besides."""
    read = [pl.col(str(at)).alias(name) for at, name in called.items()]
    read += [pl.col(str(at)).alias(OWN + name) for name, at in found.own.items()]
    absent = [pl.lit(None, pl.String).alias(name) for name in dtypes(table) if name not in called.values()]
    rows = text.select(cs.by_name("row_number", SOURCE_ROW, require_all=False), *read).with_columns(absent)
    numbers = cs.by_name("row_number", SOURCE_ROW, require_all=False)
    return rows.select(numbers, *dtypes(table), cs.starts_with(OWN))
