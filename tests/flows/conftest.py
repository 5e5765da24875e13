"""An extract that was read and nothing more, for every engine to derive the rest of."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import steps
from flows.job import Job
from flows.sample import write_sample
from tests.once import made_once


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of 20 synthetic patients; their extract is beside it."""

    def make(folder: Path) -> None:
        write_sample(folder / "extract", 20, 1)
        job = Job(folder / "extract", folder, folder=folder)
        steps.ingest(job)
        steps.find_changes(job)

    return made_once(tmp_path_factory, "ingested", make) / "registry.duckdb"
