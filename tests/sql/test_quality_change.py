"""How an indicator moved since the last run."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.audit.change import compare_with_last
from rules.criterion import load_edition
from tests.sql.query_store import write_store

CRITERION = """
    id | numbers | about
    Q  | {}      | %s
"""
INDICATOR = """
    id | numerator | denominator | unknown | share
    Q  | %s        | 100         | 0       | %s
"""


@pytest.mark.criterion("QA.change")
@pytest.mark.parametrize(
    ("about", "now", "verdict"),
    [
        ("{}", 52, "better"),
        ("{}", 51, "same"),
        ("{}", 48, "worse"),
        ('{"kind": "descriptive"}', 52, "same"),
        ('{"kind": "descriptive"}', 48, "same"),
    ],
)
def test_a_share_that_moved_is_better_or_worse_unless_it_is_descriptive(
    tmp_path: Path, about: str, now: int, verdict: str
) -> None:
    criterion = CRITERION % about
    last = write_store(tmp_path / "last", quality_indicator=INDICATOR % (50, 0.5), criterion=criterion)
    store = write_store(tmp_path / "now", quality_indicator=INDICATOR % (now, now / 100), criterion=criterion)
    with duckdb.connect(store / "registry.duckdb") as connection:
        compare_with_last(connection, last / "registry.duckdb", load_edition())
        assert connection.sql("select verdict from quality_change").fetchall() == [(verdict,)]
