"""The engine that needs nothing: one shard after another in this process."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import duckdb
import polars as pl

from flows.database import insert_frames
from flows.engines.work import TAKEN, Work
from transforms.derive import derive

# Up to so many shards each is read by a pass over the whole tables; the rows of more are sorted by shard first.
PASSES = 32


def derive_here(connection: duckdb.DuckDBPyConnection, work: Work) -> dict[str, int]:
    """Derive each shard and store its rows; return the rows added to each table.

    While one is derived, a thread that has the connection to itself stores the one before and reads the one after.
    """
    edition, rows = work.edition, Counter[str]()
    with ThreadPoolExecutor(1) as database:
        if work.shards > PASSES:
            database.submit(_put_in_order, connection, work).result()
        share, stored = database.submit(_share, connection, work, 0), None
        for after in range(1, work.shards + 1):
            tables = share.result()
            if after < work.shards:
                share = database.submit(_share, connection, work, after)
            derived = derive(tables, edition, work.declared)
            if stored:
                rows.update(stored.result())
            stored = database.submit(insert_frames, connection, derived)
        if stored:
            rows.update(stored.result())
    return dict(rows)


def _put_in_order(connection: duckdb.DuckDBPyConnection, work: Work) -> None:
    """Copy what is to be derived, sorted by shard: of such a table DuckDB reads only the part where a shard lies."""
    for table in TAKEN:
        rows = f"select *, {work.shard} as shard from ({work.rows(table)}) order by shard"
        connection.execute(f"create temp table {_in_order(table)} as {rows}")


def _share(connection: duckdb.DuckDBPyConnection, work: Work, shard: int) -> dict[str, pl.DataFrame]:
    return {table: connection.sql(_rows_of(work, table, shard)).pl() for table in TAKEN}


def _rows_of(work: Work, table: str, shard: int) -> str:
    if work.shards > PASSES:
        return f"select * exclude (shard) from {_in_order(table)} where shard = {shard}"
    return work.share(table, shard)


def _in_order(table: str) -> str:
    return f"{table}_by_shard"
