"""An extract's files: which there are, what columns they have, and their rows as text in bounded batches."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from flows.endings import MspikeError
from flows.intake import csv_rows
from flows.intake.csv_rows import CsvForm
from flows.intake.encodings import UTF_8, FormError, encoding_of
from flows.intake.headers import HeaderError, NamedColumns, named
from flows.settings.file_limits import Limits
from transforms.intake.contracts import CONTRACTS, dtypes
from transforms.intake.mapping import UNMAPPED, TableMapping
from transforms.intake.parsing import as_text

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
    """One file of the extract: where it is, its path relative to the extract, and the table it belongs to.

    `mapping` says what its site names otherwise, `form` how a CSV file is written, which `surveyed` finds out.
    """

    path: Path
    name: str
    table: str
    mapping: TableMapping = UNMAPPED
    form: CsvForm = csv_rows.PLAIN


@dataclass(frozen=True)
class Batch:
    """Some consecutive rows of a file, whose `row_number` is 1 for the first data row.

    `rows` has `row_number` and the contract's columns as text; `refused`, one row per line that is not a row of the
    header's columns, has `row_number`, `column` (null: the whole line), `value` (the text) and `rule`.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame


def discover(
    extract: Path, mappings: Mapping[str, TableMapping] = MappingProxyType({})
) -> tuple[list[SourceFile], list[str]]:
    """The files of the extract in the contract's order of tables and by name, and the names of all that is no table.

    `mappings` by table. Raises ExtractError where the extract is no folder, has no patients, has a table in two places,
    or something under a table's name that is no file of the extract.
    """
    if not extract.is_dir():
        found = "a file" if extract.exists() else "nothing"
        raise ExtractError(f"{extract}: an extract is a folder, found {found}; name the folder that has patients.csv")
    places: dict[str, dict[str, list[Path]]] = {table: {} for table in CONTRACTS}
    ignored: list[str] = []
    own_names = {mapping.file: table for table, mapping in mappings.items() if mapping.file}
    for entry in _listed(extract):
        table = own_names.get(entry.name) or _table_of(entry)
        if table:
            _is_of_the_extract(extract, entry)
        paths = _listed(entry) if table and entry.is_dir() and not _stem(entry) else [entry]
        kept = [path for path in paths if table and _is_table_file(extract, path)]
        ignored += [_name(extract, path) for path in paths if path not in kept]
        if table and kept:
            places[table][entry.name] = kept
    _each_table_once(extract, places)
    files = [
        SourceFile(path, _name(extract, path), table, mappings.get(table, UNMAPPED))
        for table, found_in in places.items()
        for paths in found_in.values()
        for path in paths
    ]
    return files, [name for name in ignored if name != REGISTRY_NAME]


def _name(extract: Path, path: Path) -> str:
    """A path as it is told: relative to the extract, and of signs that can be printed."""
    name = os.fsencode(path.relative_to(extract).as_posix()).decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise ExtractError(f"{folder}: can't be listed ({error.strerror}); allow reading the folder") from None


def _table_of(entry: Path) -> str | None:
    """The table that an entry of the extract belongs to by its name."""
    name = entry.name if entry.name in CONTRACTS and entry.is_dir() else _stem(entry)
    return name if name in CONTRACTS else None


def _stem(path: Path) -> str | None:
    name = path.name.lower()
    ending = next((ending for ending in ENDINGS if name.endswith(ending)), None)
    return name.removesuffix(ending) if ending else None


def _is_table_file(extract: Path, path: Path) -> bool:
    if not _stem(path):
        return False
    _is_of_the_extract(extract, path)
    name = _name(extract, path)
    if "\ufffd" in name:
        raise ExtractError(f"{name}: the file's name has signs that can't be printed; name it otherwise")
    if not path.is_file():
        raise ExtractError(f"{name}: named as a table's file, but found no file; send it again, or name it otherwise")
    return True


def _is_of_the_extract(extract: Path, path: Path) -> None:
    """A link out of the extract could show, in the quarantine, a file that its sender may not read."""
    if not path.is_symlink():
        return
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a link to itself
        target = None
    name = _name(extract, path)
    if target is None:
        raise ExtractError(f"{name}: a link that leads nowhere; put the file itself into the extract")
    if not target.is_relative_to(extract.resolve()) or target == extract.resolve():
        raise ExtractError(f"{name}: a link that leads out of the extract; put the file itself into the extract")


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


def surveyed(file: SourceFile, limits: Limits) -> SourceFile:
    """The file with how it is written. Raises ExtractError where it is not what its name says, or over a limit."""
    with _readable(file):
        if _is_parquet(file):
            _check_parquet_size(file, limits)
            return file
        encoding = encoding_of(file.path, limits, file.mapping.encoding)
    return replace(file, form=CsvForm(encoding, file.mapping.delimiter))


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
    kind = "Parquet" if _is_parquet(file) else "gzipped CSV" if file.name.lower().endswith(".gz") else "CSV"
    return f"can't be read as {kind}, found it damaged, cut short or of another format; send the file again"


def _is_parquet(file: SourceFile) -> bool:
    return file.name.lower().endswith(".parquet")


def _csv_batches(file: SourceFile) -> Iterator[Batch]:
    names = {str(position): name for position, name in enumerate(columns_of(file)) if name in dtypes(file.table)}
    called = {int(position): name for position, name in names.items()}
    for rows, refused in csv_rows.batches(file.path, file.form):
        column = pl.col("position").replace_strict(called, default=None, return_dtype=pl.String).alias("column")
        text = rows.select("row_number", *names).rename(names)
        yield Batch(_as_contract(file.table, text), refused.with_columns(column).select(*REFUSED))


def _parquet_names(file: SourceFile) -> list[str]:
    with pa_parquet.ParquetFile(file.path) as parquet:
        names: list[str] = parquet.schema_arrow.names
        return names


def _parquet_batches(file: SourceFile) -> Iterator[Batch]:
    pairs = zip(_parquet_names(file), columns_of(file), strict=True)
    names = {found: name for found, name in pairs if name in dtypes(file.table)}
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
