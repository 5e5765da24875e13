"""Small stores written by hand: only what a test names is in them, and what section 11 makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl

from flows.database import insert_frames
from flows.query import query
from rules.criterion import load_edition
from transforms.bone_agents import bone_agents
from transforms.drugs import given_care, unknown_drugs
from transforms.intake.contracts import CONTRACTS
from transforms.relapse import failed_drugs
from transforms.relapse.car_t import car_t_eligibility
from transforms.relapse.drugs_given import given_drugs
from transforms.relapse.transplants import transplants

SCHEMA = Path(__file__).parents[2] / "sql" / "schema"
# What a test leaves unsaid of a row.
UNSAID = {
    "patients": {
        "diagnosis": "MM",
        "diagnosis_date": "2019-12-01",
        "vital_status": "alive",
        "last_contact_date": "2024-01-01",
    },
    "lines": {"progression_source": "derived"},
    "quarantine": {"row_kept": "false"},
}


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table and a run; what must be there in a whole table need not be in a test of one query."""
    for path in sorted(SCHEMA.glob("*.sql")):
        connection.execute(path.read_text(encoding="utf-8").replace("not null", ""))
    connection.execute(
        "insert into run by name select 'jsh2023' as criteria, '0' as version, '{}' as settings,"
        " '{}' as versions, 1 as number, timestamp '2024-01-01' as started, 'full' as mode, 'extract' as input,"
        " 0 as rows_read, false as is_log, 0 as patients_changed, 0 as patients_derived,"
        " 0 as patients_carried, 0 as patients_removed, '' as code"
    )


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        database = Path(folder) / "registry.duckdb"
        with duckdb.connect(str(database)) as connection:
            _create(connection)
        return database.read_bytes()


@cache
def _in_memory() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    _create(connection)
    return connection


@contextmanager
def stored(**tables: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with these rows, drawn as for `write_store`; afterwards they are gone."""
    connection = _in_memory()
    connection.begin()
    try:
        _fill(connection, tables)
        yield connection
    finally:
        connection.rollback()


def write_store(store: Path, **tables: str) -> Path:
    """A store with these rows. A table is drawn with | between its columns, their names first; nothing is null."""
    store.mkdir()
    (store / "run.json").write_text(json.dumps({"started": "2024-05-06T07:08:09+00:00"}))
    (store / "registry.duckdb").write_bytes(_empty())
    with duckdb.connect(str(store / "registry.duckdb")) as connection:
        _fill(connection, tables)
    return store


def _fill(connection: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> None:
    for table, drawn in tables.items():
        _insert(connection, table, drawn)
    of_treatment = {"treatments", "supportive_care"}
    if of_treatment & {*tables, *tables.get("refused_row", "").split()} or "visits" in tables:
        _derive(connection, has_visits="visits" in tables)


def _derive(connection: duckdb.DuckDBPyConnection, *, has_visits: bool) -> None:
    """What a run makes of the tables in, lines and visits in the store: drugs given and failed, CAR-T eligibility."""
    tables = {name: connection.table(name).pl().lazy() for name in (*CONTRACTS, "refused_row", "lines", "visits")}
    tables["refused_row"] = tables["refused_row"].filter(~pl.col("is_repeat"))
    tables["diagnosed"] = tables["patients"].select("patient_id", recorded="diagnosis", derived=pl.lit(None, pl.String))
    lines, edition = tables["lines"], load_edition()
    given = given_drugs(tables["treatments"], tables["refused_row"], lines, edition).collect().lazy()
    care = given_care(tables).collect().lazy()
    of_drugs = {
        **failed_drugs(given, edition),
        "given_care": care.collect(),
        "bone_agent": bone_agents(care, tables, edition).collect(),
        "unknown_drug": unknown_drugs(tables).collect(),
        "transplant": transplants(tables["treatments"], given).collect(),
    }
    if has_visits:
        of_drugs["car_t_eligibility"] = car_t_eligibility(tables["visits"], lines, given, tables, edition).collect()
    insert_frames(connection, of_drugs)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, drawn: str) -> None:
    names, *rows = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    unsaid = {name: value for name, value in UNSAID.get(table, {}).items() if name not in names}
    columns = ", ".join(f'"{name}"' for name in [*names, *unsaid])
    marks = ", ".join("?" for _ in [*names, *unsaid])
    for row in rows:
        assert len(row) == len(names), row
        values: list[str | None] = [cell or None for cell in [*row, *unsaid.values()]]
        connection.execute(f"insert into {table} ({columns}) values ({marks})", values)


def rows(name: str, store: Path, columns: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """These columns of a query's answer."""
    return query(name, store, **parameters).select(columns.split()).rows()
