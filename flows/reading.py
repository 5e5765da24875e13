"""An extract's files: which there are, what columns they have, and their rows as text in bounded batches."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from flows import csv_rows
from transforms.contracts import CONTRACTS, dtypes, required
from transforms.parsing import as_text

ENDINGS = (".csv.gz", ".csv", ".parquet")
BATCH_ROWS = 250_000
REFUSED = {"row_number": pl.Int64, "column": pl.String, "value": pl.String, "rule": pl.String}


class ExtractError(ValueError):
    """An extract that can't be ingested; the message is one line for the person who sent it, without patient data."""


@dataclass(frozen=True)
class SourceFile:
    """One file of the extract: where it is, its path relative to the extract, and the table it belongs to."""

    path: Path
    name: str
    table: str


@dataclass(frozen=True)
class Batch:
    """Some consecutive rows of a file, whose `row_number` is 1 for the first data row.

    `rows` has `row_number` and the contract's columns as text; `refused`, one row per line that is not a row of the
    header's columns, has `row_number`, `column` (null: the whole line), `value` (the text) and `rule`.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame


def discover(extract: Path) -> tuple[list[SourceFile], list[str]]:
    """The files of the extract in the contract's order of tables and by name, and the names of all that is no table.

    Raises ExtractError where the extract is no folder, has no patients, or has a table in two places.
    """
    if not extract.is_dir():
        found = "a file" if extract.exists() else "nothing"
        raise ExtractError(f"{extract}: an extract is a folder, found {found}; name the folder that has patients.csv")
    places: dict[str, dict[str, list[Path]]] = {table: {} for table in CONTRACTS}
    ignored: list[str] = []
    for entry in _listed(extract):
        table = entry.name if entry.is_dir() else _stem(entry)
        paths = _listed(entry) if entry.is_dir() and table in CONTRACTS else [entry]
        kept = [path for path in paths if table in CONTRACTS and path.is_file() and _stem(path)]
        ignored += [path.relative_to(extract).as_posix() for path in paths if path not in kept]
        if table is not None and kept:
            places[table][entry.name] = kept
    _each_table_once(extract, places)
    files = [
        SourceFile(path, path.relative_to(extract).as_posix(), table)
        for table, found_in in places.items()
        for paths in found_in.values()
        for path in paths
    ]
    return files, ignored


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise ExtractError(f"{folder}: can't be listed ({error.strerror}); allow reading the folder") from None


def _stem(path: Path) -> str | None:
    ending = next((ending for ending in ENDINGS if path.name.endswith(ending)), None)
    return path.name.removesuffix(ending) if ending else None


def _each_table_once(extract: Path, places: dict[str, dict[str, list[Path]]]) -> None:
    if not places["patients"]:
        found = ", ".join(table for table in places if places[table]) or "none"
        raise ExtractError(
            f"{extract}: the table patients is missing, found of the contract's tables: {found}; "
            "add patients.csv, patients.csv.gz or patients.parquet"
        )
    for table, found_in in places.items():
        if len(found_in) > 1:
            raise ExtractError(f"{extract}: the table {table} is given twice, as {' and '.join(found_in)}; keep one")


def columns_of(file: SourceFile) -> list[str]:
    """The file's column names, trimmed, in its order; a column without a name is called by its position.

    Raises ExtractError where the file can't be read, has no header, or has one of the contract's columns twice or a
    required one not at all.
    """
    with _readable(file):
        found = _parquet_names(file) if _is_parquet(file) else csv_rows.header(file.path)[0]
    if not found:
        raise ExtractError(f"{file.name}: empty, without even a header; send the file again, or leave it out")
    names = [name.strip() or f"(column {position})" for position, name in enumerate(found, start=1)]
    _check_header(file, names)
    return names


def _check_header(file: SourceFile, names: list[str]) -> None:
    known = [name for name in dtypes(file.table) if name in names]
    missing = [name for name in required(file.table) if name not in names]
    if missing:
        # Other names are not quoted: in a file without a header they would be a patient's values.
        raise ExtractError(
            f"{file.name}: required column missing: {', '.join(missing)}; found {len(names)} columns, of them known: "
            f"{', '.join(known) or 'none'}; add it, with a header line and commas between the columns"
        )
    twice = [name for name in known if names.count(name) > 1]
    if twice:
        raise ExtractError(f"{file.name}: column {', '.join(twice)} is in the header more than once; keep one")


def read_batches(file: SourceFile) -> Iterator[Batch]:
    """The file from its first row to its last, in batches of bounded size. Raises ExtractError where it breaks."""
    with _readable(file):
        yield from _parquet_batches(file) if _is_parquet(file) else _csv_batches(file)


@contextmanager
def _readable(file: SourceFile) -> Iterator[None]:
    """Turns what the readers raise into one line that quotes nothing of the file."""
    try:
        yield
    except MemoryError:  # Arrow's too; it says nothing of the file
        raise
    except (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error, csv_rows.RaggedError) as error:
        raise ExtractError(f"{file.name}: {_why(file, error)}") from None


def _why(file: SourceFile, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start + 1:,}; save the file as UTF-8"
    if isinstance(error, PermissionError):
        return "can't be opened, reading it is not permitted; allow it"
    if isinstance(error, csv_rows.RaggedError):
        return f"{error}; use commas between the columns, and as many values as columns in every line"
    if "straddling" in str(error):
        return f"has a row longer than {csv_rows.BLOCK_BYTES // 2**20} MiB; look for a quote that is never closed"
    kind = "Parquet" if _is_parquet(file) else "gzipped CSV" if file.name.endswith(".gz") else "CSV"
    return f"can't be read as {kind}, found it damaged, cut short or of another format; send the file again"


def _is_parquet(file: SourceFile) -> bool:
    return file.name.endswith(".parquet")


def _csv_batches(file: SourceFile) -> Iterator[Batch]:
    names = {str(position): name for position, name in enumerate(columns_of(file)) if name in dtypes(file.table)}
    called = {int(position): name for position, name in names.items()}
    for rows, refused in csv_rows.batches(file.path):
        column = pl.col("position").replace_strict(called, default=None, return_dtype=pl.String).alias("column")
        text = rows.select("row_number", *names).rename(names)
        yield Batch(_as_contract(file.table, text), refused.with_columns(column).select(*REFUSED))


def _parquet_names(file: SourceFile) -> list[str]:
    with pa_parquet.ParquetFile(file.path) as parquet:
        names: list[str] = parquet.schema_arrow.names
        return names


def _parquet_batches(file: SourceFile) -> Iterator[Batch]:
    names = {name: name.strip() for name in _parquet_names(file) if name.strip() in dtypes(file.table)}
    first = 1
    with pa_parquet.ParquetFile(file.path, pre_buffer=False) as parquet:
        for arrow in parquet.iter_batches(batch_size=BATCH_ROWS, columns=list(names)):
            text = _text(file, arrow).rename(names)
            numbers = pl.int_range(first, first + text.height, dtype=pl.Int64, eager=True).alias("row_number")
            yield Batch(_as_contract(file.table, text.with_columns(numbers)), pl.DataFrame(schema=REFUSED))
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
    return text.with_columns(*absent).select("row_number", *dtypes(table))
