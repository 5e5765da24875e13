"""The work-up at diagnosis test by test (Q.work_up): what became of each of a patient, and counts by site."""

from __future__ import annotations

import duckdb
import polars as pl

from flows.audit.again import Again
from flows.audit.shared import make_shared
from flows.sql_files import SQL
from rules.audit.work_up import WORK_UP
from rules.criterion import Edition


def begin(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Find which tests each site ever records. Where that is other than it was, all patients of the site are asked."""
    codes = [(test.name, table, code, test.needed) for test in WORK_UP for table, code in test.codes]
    listed = pl.DataFrame(codes, schema=["test", "table", "code", "needed"], orient="row")
    connection.register("work_up_codes", listed)
    connection.execute("create or replace temp table work_up_code as from work_up_codes")
    connection.unregister("work_up_codes")
    connection.execute(f"create or replace temp table recorded_test as {_read(connection, 'recorded_test')}")
    if again:
        connection.execute(
            f"insert into {again.patients} {_read(connection, 'newly_recorded').replace('$patients', again.patients)}"
        )
        connection.execute(f"delete from work_up_row where patient_id in (select patient_id from {again.patients})")


def ask(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Fill `work_up_row` from the tables in and the lines."""
    rows = _read(connection, "work_up_row")
    connection.execute(f"insert into work_up_row by name {rows}", {"window_days": edition["Q.work_up"].window_days})


def end(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Fill `work_up`."""
    connection.execute("delete from work_up")
    connection.execute(f"insert into work_up by name {_read(connection, 'work_up')}")


def _read(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    text = (SQL / "audit" / f"{name}.sql").read_text(encoding="utf-8")
    make_shared(connection, text)
    return text
