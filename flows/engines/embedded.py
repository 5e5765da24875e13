"""The engine that needs nothing: one shard after another in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import duckdb
import polars as pl

from flows.database import insert_frames
from flows.engines.work import TAKEN, Work
from transforms.derive import derive

# Up to so many shards each is read by a pass over the whole tables; the rows of more are sorted by shard first.
PASSES = 32

RowsOf = Callable[[str, int], str]  # table, shard -> the query for its rows


def derive_here(connection: duckdb.DuckDBPyConnection, work: Work) -> dict[str, int]:
    """Derive each shard and store its rows; return the rows added to each table.

    While one is derived, a thread that has the connection to itself stores the one before and reads the one after.
    """
    edition, rows = work.edition, Counter[str]()
    with ThreadPoolExecutor(1) as database:
        rows_of = database.submit(_sorted, connection, work).result() if work.shards > PASSES else work.share
        share, stored = database.submit(_share, connection, rows_of, 0), None
        for after in range(1, work.shards + 1):
            tables = share.result()
            if after < work.shards:
                share = database.submit(_share, connection, rows_of, after)
            derived = derive(tables, edition, work.declared)
            if stored:
                rows.update(stored.result())
            stored = database.submit(insert_frames, connection, derived)
        if stored:
            rows.update(stored.result())
    return dict(rows)


def _sorted(connection: duckdb.DuckDBPyConnection, work: Work) -> RowsOf:
    """Copy what is to be derived, sorted by shard: of such a table DuckDB reads only the part where a shard lies."""
    for table in TAKEN:
        rows = f"select *, {work.shard} as shard from ({work.rows(table)}) order by shard"
        connection.execute(f"create temp table {table}_by_shard as {rows}")
    return lambda table, shard: f"select * exclude (shard) from {table}_by_shard where shard = {shard}"


def _share(connection: duckdb.DuckDBPyConnection, rows_of: RowsOf, shard: int) -> dict[str, pl.DataFrame]:
    return {table: connection.sql(rows_of(table, shard)).pl() for table in TAKEN}
