"""Which reader a file is for, by the ending of its name, and what is said where the reader can't."""

from __future__ import annotations

import csv
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from flows.intake.sources import archives, csv_rows, ndjson, statistics, workbook
from flows.intake.sources.csv_rows import CsvForm
from flows.intake.sources.delimited import Delimited
from flows.intake.sources.encodings import encoding_of
from flows.intake.sources.form_error import FormError
from flows.intake.sources.parquet import Parquet
from flows.intake.sources.source import Source
from flows.settings.file_limits import Limits
from transforms.intake.mapping import Written

TABS = (".tsv", ".tab", ".tsv.gz", ".tab.gz")
TEXT = (".csv", ".csv.gz", *TABS)
# What the readers raise for a file that is not what it should be.
UNREADABLE: tuple[type[Exception], ...] = (
    OSError,
    pa.ArrowException,
    UnicodeDecodeError,
    csv.Error,
    csv_rows.RaggedError,
    FormError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
)


# Read by these endings alone; other files are text, where registry.toml names them.
ENDINGS = (*TEXT, ".parquet", *ndjson.ENDINGS, *workbook.ENDINGS, *statistics.ENDINGS, archives.ENDING)


def ending_of(path: Path) -> str | None:
    """The ending of a name that says how its file is read, as it is written there."""
    name = path.name.lower()
    found = max((ending for ending in ENDINGS if name.endswith(ending)), key=len, default=None)
    return path.name[-len(found) :] if found else None


def opened(path: Path, written: Written, limits: Limits, *, marks_header: bool = False) -> Source:
    """The rows of a file. `marks_header`: dates in it end in DATE_CELL. Raises what UNREADABLE names."""
    name = path.name.lower()
    if written.part and not name.endswith((*workbook.ENDINGS, archives.ENDING)):
        raise FormError("is no workbook and no archive; omit sheet or member in registry.toml")
    if name.endswith(".parquet"):
        parquet = Parquet(path)
        parquet.check_size(limits)
        return parquet
    if name.endswith(ndjson.ENDINGS):
        return ndjson.Ndjson(path)
    if name.endswith(workbook.ENDINGS):
        workbook.check_size(path, limits)
        return workbook.sheet_of(path, written, marks_header=marks_header)
    if name.endswith(statistics.ENDINGS):
        return statistics.Statistics(path, written.encoding, written.labels)
    member = archives.member_of(path, written.part) if name.endswith(archives.ENDING) else ""
    look = path.stat()
    encoding = _encoding(path, (look.st_mtime_ns, look.st_size), limits, written.encoding, member)
    delimiter = written.delimiter or ("\t" if (member.lower() or name).endswith(TABS) else ",")
    return Delimited(path, CsvForm(encoding, delimiter, written.comment, written.header_row, member))


@lru_cache(maxsize=256)
def _encoding(path: Path, _look: tuple[int, int], limits: Limits, declared: str | None, member: str) -> str:
    """As encoding_of finds it in the whole file; a file that several tables or selects read is gone through once."""
    try:
        return encoding_of(path, limits, declared, member)
    except UnicodeDecodeError as error:
        if not declared:
            raise
        raise FormError(
            f"not {error.encoding} at byte {error.start + 1:,}, as registry.toml says; correct its encoding there, or "
            "send the file as it says"
        ) from None


def kind_of(path: Path) -> str:
    """What a file is by its name."""
    name = path.name.lower()
    if name.endswith(".parquet"):
        return "Parquet"
    if name.endswith(workbook.ENDINGS):
        return "a workbook"
    if name.endswith(archives.ENDING):
        return "a zip archive"
    return "gzipped CSV" if name.endswith(".gz") else "CSV"


def why(error: Exception, kind: str) -> str:
    """What is wrong with a file and what to do, without anything that it holds. Raises MemoryError for want of it."""
    if isinstance(error, UnicodeDecodeError):
        return f"not {error.encoding} at byte {error.start + 1:,}; save the file as UTF-8"
    if isinstance(error, csv_rows.RaggedError):
        return f"{error}; use commas between the columns, and as many values as columns in every line"
    if isinstance(error, FormError):
        return str(error)
    if isinstance(error, PermissionError):
        return "can't be opened, reading it is not permitted; allow it"
    if "launch worker thread" in str(error):  # Arrow's words for want of memory
        raise MemoryError from None
    if "straddling" in str(error):
        return f"has a row longer than {csv_rows.BLOCK_BYTES // 2**20} MiB; look for a quote that is never closed"
    return f"can't be read as {kind}, found it damaged, cut short or of another format; send the file again"
