"""What a store knew on a day: its tables in as they were then, in place of an extract's files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.database import attach, connect
from flows.history.delta import count_files
from flows.history.log import recall
from flows.history.runs import is_readable, runs
from flows.store import StoreError, last_database


def ingest_as_of(connection: duckdb.DuckDBPyConnection, store: Path, day: date) -> None:
    """Fill the tables in, `refused_row` and `source_file` with what the store's last run that began by the end of `day`
    (UTC) knew.

    What was found in rows refused and cells set aside is not kept from run to run: the quarantine stays empty. Raises
    StoreError.
    """
    database = last_database(store)
    if database is None:
        raise StoreError(f"{store}: no store to look back in; --as-of reads the store of earlier runs as --input")
    if not is_readable(database):
        raise StoreError(
            f"{store}: made by another version of mspike, or damaged; run it once more before it is looked back in"
        )
    attach(connection, database, "past")
    recall(connection, "past", int(_run(runs(connection, "past"), store, day)["number"]))
    count_files(connection)
    connection.execute("detach past")


def past_run(store: Path, day: date) -> dict[str, Any]:
    """The store's last run that began by the end of a day, from which `ingest_as_of` has read."""
    database = last_database(store)
    assert database
    with connect(database, read_only=True) as connection:
        return _run(runs(connection), store, day)


def _run(past: list[dict[str, Any]], store: Path, day: date) -> dict[str, Any]:
    run = next((run for run in past if run["started"].date() <= day), None)
    if run is None:
        first = past[-1]["started"].date()
        raise StoreError(
            f"{store}: nothing was known here on {day}, the first run was on {first}; give that day or later"
        )
    if run["is_forgotten"]:
        raise StoreError(f"{store}: what was known on {day} has been vacuumed; give a later day")
    return run
