"""The table `run`: each run of a store, and whether what it did can be carried over into the next."""

from __future__ import annotations

import hashlib
import json
import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.database import attach, connect, create_tables, insert_frames
from flows.history.log import create_log
from flows.store import StoreError
from rules.criterion import Edition, load_sources

ROOMS = ("rules", "transforms")  # what decides about a patient, at any version
PROGRAM = (*ROOMS, "flows", "sql")  # what reads a file besides, and what is asked
LIBRARIES = ("polars", "duckdb", "pandera", "lifelines")
# What decides about every patient: where it is other than in the last run, all are derived.
DECISIVE = {
    "criteria": "the edition is another",
    "settings": "the settings are others",
    "version": "this mspike is another version",
    "code": "the rules or the transforms are others",
    "versions": "libraries are of other versions",
    "dates_invented": "whether dates are counted from an invented day 0 is declared otherwise",
    "is_log": "whether the clinic's assessments are a log of progressions is declared otherwise",
}


def is_readable(database: Path) -> bool:
    """Whether a database has the tables of this version of mspike, so that a run can go on from it.

    Raises StoreError if it is unknown now: starting again would lose what the last runs left.
    """
    said = "select table_name, column_name, data_type from duckdb_columns() where database_name = $name"
    try:
        with connect(Path(":memory:")) as connection:
            create_tables(connection)
            create_log(connection)
            [(here,)] = connection.execute("select current_database()").fetchall()
            expected = set(connection.execute(said, {"name": here}).fetchall())
            attach(connection, database, "last")
            return set(connection.execute(said, {"name": "last"}).fetchall()) == expected
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise StoreError(
                f"{database.parents[2]}: another program has registry.duckdb open for writing; close it there, or open"
                " it read-only"
            ) from None
        return False  # damaged, or not a database at all


def describe(edition: Edition, criteria: str) -> dict[str, Any]:
    """What decides about every patient, as the table `run` has it."""
    return {
        "criteria": criteria,
        "version": version("mspike"),
        "settings": json.dumps(edition.settings(), sort_keys=True),
        "versions": json.dumps({"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}),
        "code": code_of(ROOMS),
        "program": code_of(PROGRAM),
    }


@cache
def code_of(rooms: tuple[str, ...]) -> str:
    """Digest of the code and the numbers of some rooms of this project: they change between versions too."""
    root, digest = Path(__file__).parents[2], hashlib.sha256()
    kinds = (".py", ".toml", ".sql")
    for path in sorted(path for room in rooms for path in (root / room).rglob("*") if path.suffix in kinds):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def why_all(last: dict[str, Any] | None, now: dict[str, Any]) -> str | None:
    """Why every patient is to be derived; None where what the last run derived of unchanged patients stands."""
    if last is None:
        return "there is no run before that this version can read"
    return next((why for name, why in DECISIVE.items() if last[name] != now[name]), None)


def runs(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> list[dict[str, Any]]:
    """All runs of a store (or an attached one), the last one first. Raises duckdb.Error for one of another version."""
    result = connection.execute(f"select * from {database + '.' if database else ''}run order by number desc")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def insert_run(connection: duckdb.DuckDBPyConnection, run: dict[str, Any]) -> None:
    """Add a run."""
    names = ", ".join(run)
    values = ", ".join(f"${name}" for name in run)
    connection.execute(f"insert into run ({names}) values ({values})", run)


def insert_criteria(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Fill `criterion`, which is what the latest run followed."""
    connection.execute("delete from criterion")
    citations = load_sources()
    rows = [
        {
            "id": clause.id,
            "states": clause.states,
            "numbers": json.dumps(dict(clause.numbers), sort_keys=True),
            "source": clause.source,
            "citation": citations[clause.source],
            "decision": clause.decision or None,
            "about": json.dumps(dict(clause.about), sort_keys=True) if clause.about else None,
        }
        for clause in edition.criteria.values()
    ]
    insert_frames(connection, {"criterion": pl.DataFrame(rows, infer_schema_length=None)})


def shown(run: dict[str, Any]) -> dict[str, Any]:
    """A run in a line of `run.json`."""
    patients = {name: run[f"patients_{name}"] for name in ("changed", "derived", "carried", "removed")}
    return {
        "run": run["number"],
        "started": run["started"].replace(tzinfo=UTC).isoformat(timespec="seconds"),
        "mode": run["mode"],
        "criteria": run["criteria"],
        "rows_read": run["rows_read"],
        "patients": patients,
    }


def stamp(moment: datetime) -> datetime:
    """A moment as the table has it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def earlier_runs(database: Path) -> list[dict[str, Any]]:
    """The runs before the latest, the last one first, as `run.json` tells them."""
    with connect(database, read_only=True) as connection:
        return [shown(run) for run in runs(connection)[1:]]
