"""The benchmark of visits still runs, and all that it compares give one answer."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.visits import compare
from tests.benchmarks.visits_made_up import write_shards


def test_visits_are_judged_alike_by_every_way_that_is_measured(tmp_path: Path) -> None:
    write_shards(tmp_path, 100, 100, 100)
    compare(tmp_path / "visits-000.parquet", tmp_path / "lines-000.parquet")
