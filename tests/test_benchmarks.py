"""The benchmarks of visits and of sources still run, and all that each compares give one answer."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import sources
from tests.benchmarks.visits import compare
from tests.benchmarks.visits_made_up import write_shards


def test_visits_are_judged_alike_by_every_way_that_is_measured(tmp_path: Path) -> None:
    write_shards(tmp_path, 100, 50, 100)
    compare(tmp_path / "visits-000.parquet", tmp_path / "lines-000.parquet")


def test_every_form_of_the_same_rows_is_read_whole() -> None:
    assert len(sources.main(100)) == 5
