"""How the indicators changed since the store's last run."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from flows.database import connect
from flows.sql_files import SQL
from rules.criterion import Edition

LAST = """
    select quality_indicator.*, run.criteria, criterion.numbers
    from quality_indicator left join criterion using (id)
    cross join (select * from run order by number desc limit 1) as run
"""


def compare_with_last(connection: duckdb.DuckDBPyConnection, last: Path | None, edition: Edition) -> None:
    """Fill `quality_change` from the indicators of this run and of the last one's database.

    It stays empty where there is no last run, or its store has no indicators or can't be read.
    """
    before = _last_indicators(last) if last else None
    if before is None or before.is_empty():
        return
    connection.register("last_indicator", before)
    change = (SQL / "audit" / "quality_change.sql").read_text(encoding="utf-8")
    connection.execute(f"insert into quality_change by name {change}", dict(edition["QA.change"].numbers))
    connection.unregister("last_indicator")


def _last_indicators(database: Path) -> pl.DataFrame | None:
    try:
        with connect(database, read_only=True) as connection:
            return connection.sql(LAST).pl()
    except duckdb.Error:  # made by an older version, or damaged: no reason for this run to fail
        return None
