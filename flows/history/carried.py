"""What is carried over from the store's last run: what it derived of patients who did not change, and, where a delivery
is the last one again, file for file and byte for byte, all that it read and found.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from flows.database import attach
from flows.history.runs import code_of, runs
from flows.intake.reading import SourceFile
from flows.schema import carried_by
from flows.settings.file_limits import Limits

ROOMS = ("rules", "transforms", "flows", "sql")  # what reads a file, and what says what of its rows is refused


def derives_all(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this run derives every patient."""
    return runs(connection)[0]["all_derived_because"] is not None


def is_unchanged(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this run knows what the last one knew, so no patient is derived."""
    run = runs(connection)[0]
    return run["all_derived_because"] is None and run["patients_changed"] == run["patients_removed"] == 0


def carry_whole(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], last: str) -> dict[str, int]:
    """Copy tables of the last run, of which nothing changed; return their numbers of rows."""
    for table in tables:
        connection.execute(f"insert into {table} by name select * from {last}.{table}")
    return {table: connection.table(table).shape[0] for table in tables}


def carry_derived(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], last: str) -> None:
    """Copy what the last run derived of the patients that did not change."""
    for table in tables:
        connection.execute(
            f"insert into {table} by name select * from {last}.{table} anti join changed_patient using (patient_id)"
        )


def contents_of(files: list[SourceFile], limits: Limits) -> dict[str, str]:
    """By file a digest of its bytes and of all that decides how they are read; none where a database is read, which has
    to be read to be known. Raises OSError."""
    if any(file.database for file in files):
        return {}
    return {file.source: _content_of(file, limits) for file in files}


def _content_of(file: SourceFile, limits: Limits) -> str:
    digest = hashlib.sha256(repr((file.table, file.mapping, limits, code_of(ROOMS))).encode())
    for path in file.paths:
        with path.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()


def carry_read(connection: duckdb.DuckDBPyConnection, last: Path, contents: dict[str, str]) -> bool:
    """Fill the tables in with the last run's, if its files were those of `contents`; return whether they were."""
    with _attached(connection, last):
        known = dict(connection.execute("select source_file, content from last.source_file").fetchall())
        is_same = bool(contents) and known == contents
        if is_same:
            carry_whole(connection, carried_by("ingest"), "last")
    return is_same


def carry_audit(connection: duckdb.DuckDBPyConnection, last: Path) -> bool:
    """Copy what the last run's audit found, if it was of the same files; return whether it was."""
    with _attached(connection, last):
        repeated = _is_repeated(connection)
        if repeated:
            carry_whole(connection, carried_by("audit"), "last")
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
