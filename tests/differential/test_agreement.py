"""The vectorised path and the scalar second opinion agree, cell by cell, on histories that sit on every threshold."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.criterion import load_edition
from tests.differential.agreement import derived, differences, frames
from tests.differential.histories import Registry, registry
from transforms.derive import derive
from transforms.follow_up import Declared, cutoff_of, latest_row_of

EDITIONS = ["jsh2023", "imwg2016"]
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize("edition", EDITIONS)
@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_both_paths_agree_on_every_cell(edition: str, seed: int) -> None:
    found = differences(registry(Random(seed), 150), edition)
    assert not found, "\n".join(found[:20])


@settings(max_examples=2, deadline=None)
@given(seed=seeds)
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    made = registry(Random(seed), 80)
    shuffled = {name: Random(seed + 1).sample(rows, len(rows)) for name, rows in made.items()}
    _assert_same(derived(made, "jsh2023"), derived(shuffled, "jsh2023"))


@settings(max_examples=1, deadline=None)
@given(seed=seeds)
def test_shards_of_whole_patients_change_nothing(seed: int) -> None:
    """One shard of many patients, and two of one patient each: a frame of one row is judged like any."""
    made = registry(Random(seed), 80)
    tables, edition = frames(made), load_edition()
    declared = Declared(cutoff=cutoff_of(tables["patients"], latest_row_of(tables), edition["OS"].alone_years))
    shard = pl.col("patient_id").str.slice(-2).str.to_integer().clip(upper_bound=2)
    shards = [{name: table.filter(shard == number) for name, table in tables.items()} for number in range(3)]
    assert [shard["patients"].height for shard in shards] == [1, 1, 78]
    parts = [derive(own, edition, declared) for own in shards]
    whole = derived(made, "jsh2023")
    joined = {name: pl.concat(part[name] for part in parts) for name in whole}
    _assert_same(whole, {name: frame.sort(whole[name].columns[:4], nulls_last=False) for name, frame in joined.items()})


@settings(max_examples=2, deadline=None)
@given(seed=seeds, days=st.integers(-4000, 4000))
def test_a_shift_of_all_dates_shifts_the_dates_and_nothing_else(seed: int, days: int) -> None:
    made = registry(Random(seed), 80)
    before, after = derived(made, "jsh2023"), derived(_shifted(made, days), "jsh2023")
    for name, frame in before.items():
        dates = [column for column, dtype in frame.schema.items() if dtype == pl.Date]
        _assert_same({name: frame.with_columns(pl.col(dates).dt.offset_by(f"{days}d"))}, {name: after[name]})


def _shifted(made: Registry, days: int) -> Registry:
    shift = timedelta(days=days)
    return {
        name: [{k: v + shift if hasattr(v, "toordinal") else v for k, v in row.items()} for row in rows]
        for name, rows in made.items()
    }


def _assert_same(left: dict[str, pl.DataFrame], right: dict[str, pl.DataFrame]) -> None:
    for name, frame in left.items():
        order = [column for column, dtype in frame.schema.items() if not isinstance(dtype, pl.List)]
        assert frame.sort(order).equals(right[name].sort(order)), name
