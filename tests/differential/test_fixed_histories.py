"""Both paths agree on histories that are always the same: quick to fail, so mutation testing runs this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.differential.agreement import compared, differences
from tests.differential.histories import Registry, Row, registry
from tests.examples import patients


@pytest.mark.parametrize(("edition", "seed"), [("jsh2023", 0), ("imwg2016", 1)])
def test_both_paths_agree_on_fixed_histories(edition: str, seed: int) -> None:
    found = differences(registry(Random(seed), patients(100, 250)), edition)
    assert not found, "\n".join(found[:20])


FLUIDS = {
    "serum_m_protein": ["4.0", "3.9", "2.0", "1.9", "2.5"],  # of a baseline of 4.0: stable, PR, and from there PD
    "urine_m_protein": ["1000", "900", "100", "90", "300"],
}


def followed_by_both(rng: Random) -> Registry:
    """A registry whose lines are measured by serum and urine, seen every month, often by one of the two only.

    Figures dated after a death are among them: contradictory records happen.
    """
    made = registry(rng, patients(100, 250))
    others = [row for row in made["labs"] if row["analyte"] not in FLUIDS and "fixation" not in row["analyte"]]
    figures = (row for start in made["treatments"] for row in _figures(rng, start))
    return made | {"labs": [*others, *figures]}


def _figures(rng: Random, start: Row) -> Iterator[Row]:
    for month in range(7):
        on = start["start_date"] + timedelta(days=30 * month)
        for analyte, figures in FLUIDS.items():
            row = {"patient_id": start["patient_id"], "collected_on": on, "analyte": analyte}
            if month == 0:
                yield row | {"value": Decimal(figures[0])}
            elif rng.random() < 2 / 3:
                yield row | {"value": Decimal(rng.choice(figures))}


@pytest.mark.parametrize(("edition", "seed"), [("jsh2023", 1), ("imwg2016", 0)])
def test_both_paths_agree_where_one_of_two_fluids_is_often_missing(edition: str, seed: int) -> None:
    found, derived = compared(followed_by_both(Random(seed)), edition)
    assert not found, "\n".join(found[:20])
    flags = derived["visits"]["flags"]
    assert flags.list.contains("one_fluid_missing").sum() > flags.len() / 40
