"""Concordance by hand, against lifelines, and of which patients."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from lifelines.utils import concordance_index

from transforms.models.concordance import STAGINGS, concordance, concordances
from transforms.survival.risk_sets import FROM_START


def of(days: list[int], event: list[bool], level: list[int], entry: list[int] | None = None) -> dict[str, Any]:
    entries = [FROM_START] * len(days) if entry is None else entry
    return concordance(np.array(days), np.array(event, bool), np.array(level), np.array(entries))


PAIRS: dict[str, tuple[tuple[list[int], list[bool], list[int], list[int] | None], int, float | None]] = {
    "the worse stage dies first": (([1, 2], [True, True], [1, 0], None), 1, 1.0),
    "the better does": (([1, 2], [True, True], [0, 1], None), 1, 0.0),
    "of one stage": (([1, 2], [True, True], [1, 1], None), 1, 0.5),
    "censored before: it is not known who dies first": (([1, 2], [False, True], [1, 0], None), 0, None),
    "censored later: known": (([1, 2], [True, False], [1, 0], None), 1, 1.0),
    "censored on the day: alive then": (([2, 2], [True, False], [1, 0], None), 1, 1.0),
    "on one day: none was first": (([2, 2], [True, True], [1, 0], None), 0, None),
    "on the first day": (([0, 2], [True, True], [1, 0], None), 1, 1.0),
    "entered before the event": (([2, 5], [True, True], [1, 0], [FROM_START, 1]), 1, 1.0),
    "entered on its day: not at risk yet": (([2, 5], [True, True], [1, 0], [FROM_START, 2]), 0, None),
    "entered after it": (([2, 5], [True, True], [1, 0], [FROM_START, 3]), 0, None),
    "two of three pairs": (([1, 2, 3], [True, True, True], [2, 0, 1], None), 3, 2 / 3),
    "no patient": (([], [], [], None), 0, None),
}


@pytest.mark.parametrize("case", PAIRS)
def test_a_pair_counts_where_one_has_the_event_while_the_other_is_at_risk(case: str) -> None:
    given, pairs, index = PAIRS[case]
    found = of(*given)
    assert (found["pairs"], found.get("concordance")) == (pairs, index and pytest.approx(index))
    assert found.get("reason") == (None if pairs else "no_pairs")


def test_it_is_that_of_lifelines_where_all_are_followed_from_the_start() -> None:
    rng = np.random.default_rng(7)
    days, event, level = rng.integers(0, 60, 400), rng.random(400) < 0.6, rng.integers(0, 4, 400)
    found = concordance(days, event, level, np.full(400, FROM_START))
    assert found["concordance"] == pytest.approx(concordance_index(days, -level, event), abs=1e-12)


def test_pairs_are_those_counted_one_by_one_though_some_enter_late() -> None:
    rng = np.random.default_rng(8)
    entry = np.where(rng.random(150) < 0.4, rng.integers(0, 30, 150), FROM_START)
    days, event, level = entry + rng.integers(1, 40, 150), rng.random(150) < 0.6, rng.integers(0, 3, 150)
    pairs = good = 0.0
    for i in np.flatnonzero(event):
        others = (entry < days[i]) & ((days > days[i]) | ((days == days[i]) & ~event))
        pairs += others.sum()
        good += (level[others] < level[i]).sum() + (level[others] == level[i]).sum() / 2
    found = concordance(days, event, level, entry)
    assert (found["pairs"], found["concordance"]) == (pairs, pytest.approx(good / pairs))


def tables(**stages: list[Any]) -> dict[str, pl.DataFrame]:
    """Patients who die one year after the other, the first first."""
    n = len(stages["iss"])
    ids = [f"p{i}" for i in range(n)]
    texts = {name: stages.get(name, [None] * n) for name in ("iss", "r_iss", "r2_iss", "mass_3", "cytogenetic_risk")}
    begun = date(2020, 1, 1)
    return {
        "patients": pl.DataFrame(
            {"patient_id": ids, "diagnosis": ["MM"] * n, "registered_on": [None, *[begun + timedelta(400)] * (n - 1)]},
            schema_overrides={"registered_on": pl.Date},
        ),
        "staging": pl.DataFrame(
            {"patient_id": ids, "high_risk_hits": [None] * n, "hr_ims2025": stages.get("hr_ims2025", [None] * n)}
            | texts,
            schema_overrides={"high_risk_hits": pl.Int64, "hr_ims2025": pl.Boolean} | dict.fromkeys(texts, pl.String),
        ),
        "time_to_event": pl.DataFrame(
            {
                **{"patient_id": ids, "endpoint": ["OS"] * n, "origin": ["diagnosis"] * n, "line": [None] * n},
                **{"start_date": [begun] * n, "days": [365 * (i + 1) for i in range(n)], "event": [True] * n},
                "reason": ["death"] * n,
            },
            schema_overrides={"line": pl.Int64},
        ),
    }


def test_stagings_are_compared_on_the_patients_for_whom_all_that_any_has_are_known() -> None:
    found = concordances(
        tables(
            iss=["III", "III", "II", "I"],
            r_iss=["III", None, "II", "II"],
            hr_ims2025=[True, True, False, False],
        )
    ).filter(endpoint="OS")
    columns = ("n", "n_stage_unknown", "n_entered_late", "pairs", "concordance")
    rows = {(row["patients"], row["staging"]): tuple(row[c] for c in columns) for row in found.rows(named=True)}
    assert set(rows) == {(patients, staging) for patients in ("same", "own") for staging in STAGINGS}
    # the first dies before the others enter
    assert rows["same", "iss"] == (3, 1, 2, 1, 1.0)
    assert rows["same", "r_iss"] == (3, 1, 2, 1, 0.5)
    assert rows["same", "hr_ims2025"] == (3, 1, 2, 1, 0.5)
    assert rows["own", "iss"] == (4, 0, 3, 3, 1.0)
    assert rows["own", "hr_ims2025"] == (4, 0, 3, 3, pytest.approx(2.5 / 3))
    assert rows["same", "mass_3"] == (0, 4, 0, 0, None)
    assert set(found.filter(staging="mass_3")["reason"]) == {"no_pairs"}
