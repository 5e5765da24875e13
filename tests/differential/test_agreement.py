"""What is derived depends on no name, order, shard or calendar (that both paths agree: test_fixed_histories.py)."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import polars as pl
import pytest

from rules.criterion import load_edition
from tests.differential.agreement import derived, frames
from tests.differential.histories import Registry, registry
from transforms.derive import derive
from transforms.follow_up import Declared, cutoff_of, latest_row_of

Tables = dict[str, pl.DataFrame]
DAYS = 1_234  # over the end of several years, one of them a leap year


@pytest.fixture(scope="module")
def made() -> Registry:
    return registry(Random(2), 80)


@pytest.fixture(scope="module")
def whole(made: Registry) -> Tables:
    return derived(made, "jsh2023")


def test_names_sites_and_the_order_of_rows_change_nothing(made: Registry, whole: Tables) -> None:
    rng = Random(3)
    names = [row["patient_id"] for row in made["patients"]]
    renamed = dict(zip(names, rng.sample([f"x-{n * 7919 % 1000}" for n in range(len(names))], len(names)), strict=True))
    other = {
        table: [row | {"patient_id": renamed[row["patient_id"]]} for row in rng.sample(rows, len(rows))]
        for table, rows in made.items()
    }
    for row in other["patients"]:
        row["site_id"] = rng.choice(["north", "south", "", None])
    back = {new: old for old, new in renamed.items()}
    after = derived(other, "jsh2023")
    _assert_same(
        whole, {name: frame.with_columns(pl.col("patient_id").replace_strict(back)) for name, frame in after.items()}
    )


def test_shards_of_whole_patients_change_nothing(made: Registry, whole: Tables) -> None:
    """One shard of many patients, and one of one patient: a frame of one row is judged like any."""
    tables, edition = frames(made), load_edition()
    declared = Declared(cutoff=cutoff_of(tables["patients"], latest_row_of(tables), edition["OS"].alone_years))
    shard = pl.col("patient_id").str.slice(-2).str.to_integer().clip(upper_bound=1)
    shards = [{name: table.filter(shard == number) for name, table in tables.items()} for number in range(2)]
    assert [shard["patients"].height for shard in shards] == [1, 79]
    parts = [derive(own, edition, declared) for own in shards]
    joined = {name: pl.concat(part[name] for part in parts) for name in whole}
    _assert_same(whole, {name: frame.sort(whole[name].columns[:4], nulls_last=False) for name, frame in joined.items()})


def test_a_shift_of_all_dates_shifts_the_dates_and_nothing_else(made: Registry, whole: Tables) -> None:
    after = derived(_shifted(made, DAYS), "jsh2023")
    for name, frame in whole.items():
        dates = [column for column, dtype in frame.schema.items() if dtype == pl.Date]
        _assert_same({name: frame.with_columns(pl.col(dates).dt.offset_by(f"{DAYS}d"))}, {name: after[name]})


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
