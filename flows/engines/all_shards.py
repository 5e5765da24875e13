"""All shards of a run, by the engine that the run was given."""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.engines.embedded import derive_here
from flows.engines.engine import Engine
from flows.engines.scratch import scratch_folder, take_results, write_shares
from flows.engines.work import Work


def derive_all(connection: duckdb.DuckDBPyConnection, work: Work, engine: Engine, folder: Path) -> dict[str, int]:
    """Fill the derived tables with what follows for the work's patients; return the rows added to each.

    Raises EngineError where the workers could not do it; what was written by then is to be rolled back.
    """
    if engine.is_embedded:
        return derive_here(connection, work)
    from flows.engines.cluster import run_shards  # loads Dask and Prefect

    with scratch_folder(engine.scratch or folder) as scratch:
        shares = write_shares(connection, work, scratch)
        run_shards(engine, work, scratch)
        return take_results(connection, work, scratch, shares)
