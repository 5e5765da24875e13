"""The work-up at diagnosis test by test (Q.work_up): what became of each of a patient, and counts by site."""

from __future__ import annotations

import duckdb
import polars as pl

from flows.sql_files import SQL, make_macros
from rules.audit.work_up import WORK_UP
from rules.criterion import Edition


def measure_work_up(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Fill `work_up_row` and `work_up` from the tables in and the lines of the store."""
    codes = [(test.name, table, code, test.needed) for test in WORK_UP for table, code in test.codes]
    connection.register("work_up_code", pl.DataFrame(codes, schema=["test", "table", "code", "needed"], orient="row"))
    _fill(connection, "work_up_row", {"window_days": edition["Q.work_up"].window_days})
    _fill(connection, "work_up", {})
    connection.unregister("work_up_code")


def _fill(connection: duckdb.DuckDBPyConnection, table: str, numbers: dict[str, int]) -> None:
    text = (SQL / "audit" / f"{table}.sql").read_text(encoding="utf-8")
    make_macros(connection, text)
    connection.execute(f"insert into {table} by name {text}", numbers)
