"""The files of an extract: what columns they have, and their rows as text in bounded batches."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pa_parquet
from polars.selectors import starts_with

from flows.endings import MspikeError
from flows.intake import csv_rows
from flows.intake.csv_rows import CsvForm
from flows.intake.encodings import UTF_8, FormError, encoding_of
from flows.intake.headers import HeaderError, NamedColumns, named
from flows.settings.file_limits import Limits
from transforms.intake.contracts import dated_by, dtypes
from transforms.intake.mapping import UNMAPPED, TableMapping
from transforms.intake.parsing import as_text
from transforms.intake.shapes import OWN, shaped, tests_across

ENDINGS = (".csv.gz", ".csv", ".parquet")
BATCH_ROWS = 250_000
REGISTRY_NAME = "registry.toml"
DEFAULT_LIMITS = Limits()
REFUSED = {"row_number": pl.Int64, "column": pl.String, "value": pl.String, "rule": pl.String}


class ExtractError(MspikeError):
    """An extract that can't be ingested; the message is one line for the person who sent it, without patient data."""


_OWN_WORDS = (FormError, HeaderError, csv_rows.RaggedError)


@dataclass(frozen=True)
class SourceFile:
    """A table as one file of the extract has it: where the file is, its path relative to the extract, and the table.

    `mapping` says what its site names otherwise, `form` how a CSV file is written, which `surveyed` finds out. `tag`
    tells several that are read from one file apart.
    """

    path: Path
    name: str
    table: str
    mapping: TableMapping = UNMAPPED
    form: CsvForm = csv_rows.PLAIN
    tag: str = ""

    @property
    def source(self) -> str:
        """What its rows are said to come from."""
        return self.name + self.tag


@dataclass(frozen=True)
class Batch:
    """Some consecutive rows of a file, whose `row_number` is 1 for the first data row.

    `rows` has `row_number` and the contract's columns as text; `refused`, one row per line that is not a row of the
    header's columns, has `row_number`, `column` (null: the whole line), `value` (the text) and `rule`. `filtered`: how
    many rows are none of the table's; `places` (of a file with a test a column): where in the file each row is
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
        if _is_parquet(file):
            _check_parquet_size(file, limits)
            return file
        encoding = encoding_of(file.path, limits, file.mapping.encoding)
    mapping = file.mapping
    surveyed_ = replace(file, form=CsvForm(encoding, mapping.delimiter, mapping.comment, mapping.header_row))
    return _with_dates_across(surveyed_) if mapping.across else surveyed_


def _with_dates_across(file: SourceFile) -> SourceFile:
    with _readable(file):
        header = [name.strip() for name in csv_rows.header(file.path, file.form)[0]]
    tests = tests_across(file.table, header, dated_by(file.table), file.mapping)
    if not tests:
        raise ExtractError(
            f"{file.name}: none of its {len(header):,} columns is named by a date, as [[tables.{file.table}]] across "
            "says; give header_row, or the dates' date_format, in registry.toml"
        )
    return replace(file, mapping=replace(file.mapping, wide=tests))


def _check_parquet_size(file: SourceFile, limits: Limits) -> None:
    with pa_parquet.ParquetFile(file.path) as parquet:
        metadata = parquet.metadata
        size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if size > limits.uncompressed_bytes:
        raise FormError(
            f"holds more than {limits.uncompressed_gib:g} GiB; split it, or raise uncompressed_gib of [limits]"
        )


def repairs_of(file: SourceFile) -> dict[str, int]:
    """What of the file as a whole is read in spite of its form: how many times, by rule of repair."""
    found = {"encoding": int(file.form.encoding != UTF_8), "header": _named(file).repaired}
    return {rule: times for rule, times in found.items() if times}


def unknown_columns(file: SourceFile, limits: Limits = DEFAULT_LIMITS) -> list[str]:
    """The file's columns that nothing reads, in its order. Raises as `columns_of` does."""
    return _named(file, limits).unknown


def columns_of(file: SourceFile, limits: Limits = DEFAULT_LIMITS) -> list[str]:
    """The file's columns in its order, those of the contract by the contract's names; one without a name is called by
    its position.

    Raises ExtractError where the file can't be read, has no header, or has one of the contract's columns twice or a
    required one not at all, and RegistryError where the site's own names don't fit it.
    """
    return _named(file, limits).names


def _named(file: SourceFile, limits: Limits = DEFAULT_LIMITS) -> NamedColumns:
    with _readable(file):
        found = _parquet_names(file) if _is_parquet(file) else csv_rows.header(file.path, file.form)[0]
        return named(file.table, file.name, found, file.mapping, limits.columns)


def read_batches(file: SourceFile) -> Iterator[Batch]:
    """The file from its first row to its last, in batches of bounded size. Raises ExtractError where it breaks."""
    for text, refused in read_own_rows(file):
        # a file with a test a column has many rows of the table in one of its own
        most = max(BATCH_ROWS // max(len(file.mapping.wide), 1), 1)
        for start in range(0, max(text.height, 1), most):
            rows, filtered, places = shaped(file.table, text.slice(start, most), file.mapping)
            yield Batch(rows, refused if start == 0 else refused.clear(), filtered, places)


def read_own_rows(file: SourceFile) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows of the file as they stand (transforms/intake/shapes.py makes the table's of them), and what is no row, as
    `Batch` has it. Raises ExtractError where the file breaks.
    """
    with _readable(file):
        yield from _parquet_batches(file) if _is_parquet(file) else _csv_batches(file)


@contextmanager
def _readable(file: SourceFile) -> Iterator[None]:
    """Turns what the readers raise into one line that quotes nothing of the file."""
    try:
        yield
    except MemoryError:  # Arrow's too; it says nothing of the file
        raise
    except (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error, *_OWN_WORDS) as error:
        if "launch worker thread" in str(error):  # Arrow's words for the same
            raise MemoryError from None
        raise ExtractError(f"{file.name}: {_why(file, error)}") from None


def _why(file: SourceFile, error: Exception) -> str:
    if isinstance(error, FormError | HeaderError):
        return str(error)
    if isinstance(error, UnicodeDecodeError):
        return f"not {error.encoding} at byte {error.start + 1:,}; save the file as UTF-8"
    if isinstance(error, PermissionError):
        return "can't be opened, reading it is not permitted; allow it"
    if isinstance(error, csv_rows.RaggedError):
        return f"{error}; use commas between the columns, and as many values as columns in every line"
    if "straddling" in str(error):
        return f"has a row longer than {csv_rows.BLOCK_BYTES // 2**20} MiB; look for a quote that is never closed"
    kind = "Parquet" if _is_parquet(file) else "gzipped CSV" if file.path.name.lower().endswith(".gz") else "CSV"
    return f"can't be read as {kind}, found it damaged, cut short or of another format; send the file again"


def _is_parquet(file: SourceFile) -> bool:
    return file.path.name.lower().endswith(".parquet")


def _csv_batches(file: SourceFile) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    found = _named(file)
    called = {position: name for position, name in enumerate(found.names) if name in dtypes(file.table)}
    for rows, refused in csv_rows.batches(file.path, file.form):
        column = pl.col("position").replace_strict(called, default=None, return_dtype=pl.String).alias("column")
        text = rows.select("row_number", *_columns(found, called, [str(at) for at in range(len(found.names))]))
        yield _as_contract(file.table, text), refused.with_columns(column).select(*REFUSED)


def _columns(found: NamedColumns, called: Mapping[int, str], names: list[str]) -> list[pl.Expr]:
    """Of columns that are called `names`, those of the contract, and the file's own that are read besides."""
    contract = [pl.col(names[at]).alias(name) for at, name in called.items()]
    return contract + [pl.col(names[at]).alias(OWN + name) for name, at in found.own.items()]


def _parquet_names(file: SourceFile) -> list[str]:
    with pa_parquet.ParquetFile(file.path) as parquet:
        names: list[str] = parquet.schema_arrow.names
        return names


def _parquet_batches(file: SourceFile) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    found, names = _named(file), _parquet_names(file)
    called = {position: name for position, name in enumerate(found.names) if name in dtypes(file.table)}
    read = list(dict.fromkeys(names[at] for at in (*called, *found.own.values())))
    first = 1
    with pa_parquet.ParquetFile(file.path, pre_buffer=False) as parquet:
        for arrow in parquet.iter_batches(batch_size=BATCH_ROWS, columns=read):
            text = _text(file, arrow).select(_columns(found, called, names))
            numbers = pl.int_range(first, first + text.height, dtype=pl.Int64, eager=True).alias("row_number")
            yield _as_contract(file.table, text.with_columns(numbers)), pl.DataFrame(schema=REFUSED)
            first += text.height


def _text(file: SourceFile, arrow: pa.RecordBatch) -> pl.DataFrame:
    frame = pl.from_arrow(pa.Table.from_batches([arrow]))
    assert isinstance(frame, pl.DataFrame)
    try:
        return as_text(frame)
    except TypeError as error:
        raise ExtractError(
            f"{file.name}: column {error} is of a type without a plain text; write text, numbers, dates or booleans"
        ) from None
    except pl.exceptions.PolarsError:
        raise ExtractError(f"{file.name}: holds bytes that are not UTF-8; write the columns as text") from None


def _as_contract(table: str, text: pl.DataFrame) -> pl.DataFrame:
    """All of the contract's columns in its order; one that the file doesn't have is null throughout."""
    absent = [pl.lit(None, pl.String).alias(name) for name in dtypes(table) if name not in text.columns]
    return text.with_columns(*absent).select("row_number", *dtypes(table), starts_with(OWN))
