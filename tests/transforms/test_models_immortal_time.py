"""MRD that is independent of outcome shows no difference, from a landmark or as it changes; naively it does."""

from __future__ import annotations

import polars as pl
import pytest
from scipy import stats

from tests.benchmarks.immortal_time import p_values

REPLICATES = 100
SIMULATION_ERROR = (0.05 * 0.95 / REPLICATES) ** 0.5


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    return p_values(REPLICATES)


@pytest.mark.parametrize("analysis", ["landmark", "time_varying"])
def test_p_is_uniform_where_mrd_is_uninformative(found: pl.DataFrame, analysis: str):
    p = found[analysis].drop_nulls()
    assert p.len() == REPLICATES
    assert stats.kstest(p.to_numpy(), "uniform").pvalue > 0.01
    assert abs((p < 0.05).sum() / REPLICATES - 0.05) < 3 * SIMULATION_ERROR


def test_ever_negative_from_the_start_finds_what_is_not_there(found: pl.DataFrame):
    assert (found["naive"] < 0.05).sum() / REPLICATES > 0.5
