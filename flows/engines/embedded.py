"""The engine that needs nothing: one shard after another in this process."""

from __future__ import annotations

from collections import Counter

import duckdb

from flows.database import insert_frames
from flows.engines.work import TAKEN, Work
from transforms.derive import derive


def derive_here(connection: duckdb.DuckDBPyConnection, work: Work) -> dict[str, int]:
    """Derive each shard and store its rows; return the rows added to each table."""
    edition, rows = work.edition, Counter[str]()
    for shard in range(work.shards):
        tables = {name: connection.sql(work.share(name, shard)).pl() for name in TAKEN}
        rows.update(insert_frames(connection, derive(tables, edition, work.declared)))
    return dict(rows)
