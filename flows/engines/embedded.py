"""The engine that needs nothing: one shard after another in this process."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import duckdb
import polars as pl

from flows.database import insert_frames
from flows.engines.work import TAKEN, Work
from transforms.derive import derive


def derive_here(connection: duckdb.DuckDBPyConnection, work: Work) -> dict[str, int]:
    """Derive each shard and store its rows; return the rows added to each table.

    While one is derived, a thread that has the connection to itself stores the one before and reads the one after.
    """
    edition, rows = work.edition, Counter[str]()
    with ThreadPoolExecutor(1) as database:
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


def _share(connection: duckdb.DuckDBPyConnection, work: Work, shard: int) -> dict[str, pl.DataFrame]:
    return {name: connection.sql(work.share(name, shard)).pl() for name in TAKEN}
