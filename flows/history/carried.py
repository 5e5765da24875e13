"""A whole delivery that is the last one again, file for file and byte for byte: nothing is done of it twice."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flows.history.changes import carry_whole, is_unchanged
from flows.history.content import DECIDING
from flows.history.runs import attach, code_of

if TYPE_CHECKING:
    import duckdb

    from flows.intake.reading import SourceFile
    from flows.settings.file_limits import Limits

READ = (*DECIDING, "quarantine", "repair", "source_file")
AUDITED = (
    "quality_indicator",
    "quality_indicator_row",
    "data_check",
    "data_check_row",
    "response_agreement",
    "response_kappa",
    "agreement_review",
)
ROOMS = ("rules", "transforms", "flows", "sql")  # what reads a file, and what says what of its rows is refused


def content_of(file: SourceFile, limits: Limits) -> str:
    """A digest of a file's bytes and of all that decides how they are read. Raises OSError."""
    digest = hashlib.sha256(repr((file.table, file.mapping, limits, code_of(ROOMS))).encode())
    with file.path.open("rb") as opened:
        digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()


def carry_read(connection: duckdb.DuckDBPyConnection, last: Path, contents: dict[str, str]) -> bool:
    """Fill the tables in with the last run's, if its files were those of `contents`; return whether they were."""
    with _attached(connection, last):
        known = dict(connection.execute("select source_file, content from last.source_file").fetchall())
        is_same = bool(contents) and known == contents
        if is_same:
            carry_whole(connection, READ, "last")
    return is_same


def carry_audit(connection: duckdb.DuckDBPyConnection, last: Path) -> bool:
    """Copy what the last run's audit found, if it was of the same files; return whether it was."""
    with _attached(connection, last):
        repeated = _is_repeated(connection)
        if repeated:
            carry_whole(connection, AUDITED, "last")
    return repeated


def carry_exports(connection: duckdb.DuckDBPyConnection, last: Path, folder: Path) -> bool:
    """Copy the last run's exports, if they were of the same files; return whether they were."""
    with _attached(connection, last):
        repeated = _is_repeated(connection)
    if repeated:
        shutil.copytree(last.parent / folder.name, folder)
    return repeated


def _is_repeated(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether all that the last run said of the data, and not only what it derived, still stands."""
    if not is_unchanged(connection):
        return False
    files = "select source_file, content from {}source_file order by all"
    here, before = (connection.execute(files.format(place)).fetchall() for place in ("", "last."))
    return here == before and all(content for _, content in here)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, last: Path) -> Iterator[None]:
    attach(connection, last, "last")
    yield
    connection.execute("detach last")
