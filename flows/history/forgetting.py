"""Forget what was known before a day: superseded rows leave the store, and their space with them."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb

from flows.database import attach, connect, write_again
from flows.history.log import LOGS
from flows.history.runs import is_readable, runs
from flows.store import StoreError, building, last_database, publish


def vacuum(store: Path, before: date | None = None) -> dict[str, int]:
    """Write the store again without what was known before `before` (None: before its last run); return how many rows
    and bytes are gone, and how many runs can't be looked back to any more.

    What was known on that day and later remains available. Raises StoreError.
    """
    if last_database(store) is None:
        raise StoreError(f"{store}: no store (registry.duckdb is not there); make one with mspike run")
    with building(store) as folder:
        last = last_database(store)
        if last is None or not is_readable(last):
            raise StoreError(
                f"{store}: made by another version of mspike, or damaged; run it once more before it is vacuumed"
            )
        for part in last.parent.iterdir():
            if part.is_dir():
                shutil.copytree(part, folder / part.name, copy_function=os.link)
            elif part.name == "run.json":
                shutil.copyfile(part, folder / part.name)  # readers hold a run by this file: each run has its own
        database = folder / last.name
        counts = _write_again(last, database, before)
        counts["bytes"] = last.stat().st_size - database.stat().st_size
        publish(store, folder)
    return counts


def _write_again(last: Path, database: Path, before: date | None) -> dict[str, int]:
    """Copy a database without what is forgotten: a file that rows are deleted from does not shrink."""
    unforgotten = database.with_suffix(".forgetting")
    shutil.copyfile(last, unforgotten)
    with connect(unforgotten) as connection:
        counts = _forget(connection, before)
    with connect(Path(":memory:")) as connection:
        attach(connection, unforgotten, "forgetful")
        write_again(connection, "forgetful", database)
    unforgotten.unlink()
    return counts


def _forget(connection: duckdb.DuckDBPyConnection, before: date | None) -> dict[str, int]:
    known = runs(connection)
    # The run that was the last one at the beginning of the day: what was known from then on is kept.
    kept = next((run["number"] for run in known if before is None or run["started"].date() < before), 0)
    rows = 0
    for table in LOGS:
        column = "run" if table == "added_row" else "until_run"
        [(gone,)] = connection.execute(f"delete from {table} where {column} <= ?", [kept]).fetchall()
        rows += gone if table != "added_row" else 0
    connection.execute("update run set is_forgotten = true where number < ?", [kept])
    return {"rows": rows, "runs": sum(run["number"] < kept and not run["is_forgotten"] for run in known)}
