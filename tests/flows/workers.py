"""What an engine makes of an extract that was read (the fixture `ingested`), and where one may listen."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from flows import steps
from flows.database import connect
from flows.engines.engine import Engine
from flows.job import Job
from flows.schema import exported, filled_by, tables

ROWS_PER_SHARD = 5_000  # of some 15,000: 3 shards for workers


def derive_by(ingested: Path, folder: Path, engine: Engine) -> Job:
    folder.mkdir()
    (folder / "registry.duckdb").write_bytes(ingested.read_bytes())
    job = Job(ingested.parent / "extract", folder, folder=folder, engine=engine)
    with pytest.MonkeyPatch.context() as small:
        if not engine.is_embedded:
            small.setattr(steps, "LAB_ROWS_PER_SHARD", ROWS_PER_SHARD)
        shards = steps.derive(job)["shards"]
    assert engine.is_embedded or shards >= 3
    assert [path.name for path in folder.iterdir()] == ["registry.duckdb"]  # nothing of the scratch folder stays
    return job


def exports_of(job: Job) -> dict[str, bytes]:
    """The derived tables as the job exports them, and those that are not exported in the order of their keys."""
    steps.export(job)
    derived = {name: job.folder / "exports" / f"{name}.parquet" for name in filled_by("derive")}
    with connect(job.database, read_only=True) as connection:
        for name in derived.keys() - set(exported()):
            rows = f"select * from {name} order by {tables()[name].order}"
            connection.execute(f"copy ({rows}) to '{derived[name]}' (format parquet)")
    return {name: path.read_bytes() for name, path in derived.items()}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
