"""Weighted kappa against published numbers, and what has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from transforms.agreement import kappas, linear_weights, weighted_kappa

# Answers of 91 couples (Hout, Duncan and Sobel, Sociol Methodol 1987;17:145; Agresti, Categorical Data Analysis, 1990).
COUPLES = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]


@pytest.mark.parametrize(
    ("weights", "kappa", "error", "low", "high"),
    # value, ASE and confint as R prints them: package vcd 1.4 (Meyer, Zeileis, Hornik), example(Kappa), SexualFun
    [
        (np.eye(4), 0.1293, 0.06860, -0.00512, 0.2638),
        (linear_weights(4), 0.2374, 0.07832, 0.08388, 0.3909),
    ],
)
def test_kappa_and_its_standard_error_are_those_published(
    weights: Any, kappa: float, error: float, low: float, high: float
) -> None:
    found = weighted_kappa(np.array(COUPLES), weights)
    assert found is not None
    assert found[0] == pytest.approx(kappa, abs=5e-5)
    assert found[1] == pytest.approx(error, abs=5e-6)
    assert found[0] - 1.959964 * found[1] == pytest.approx(low, abs=5e-5)
    assert found[0] + 1.959964 * found[1] == pytest.approx(high, abs=5e-5)


def pairs(*rows: tuple[str, str | None, str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["compared", "site", "recorded", "derived", "visits"], orient="row")


def test_every_site_and_kind_of_response_has_its_own_kappa() -> None:
    found = kappas(
        pairs(
            ("response", None, "PR", "PR", 8),
            ("response", None, "VGPR", "PR", 2),
            ("response", "S1", "PR", "PR", 5),
            ("response", "S1", "sCR", "sCR", 5),
            ("confirmed_response", "S1", "PD", "sCR", 1),
            ("confirmed_response", "S1", "sCR", "PD", 1),
        )
    )
    assert found.select("compared", "site", "visits").rows() == [
        ("response", None, 10),
        ("response", "S1", 10),
        ("confirmed_response", "S1", 2),
    ]
    # no better than chance; in full agreement; as far apart as can be
    assert found["kappa"].to_list() == pytest.approx([0.0, 1.0, -1.0])
    assert found["kappa_high"][1] == 1.0
    assert found["kappa_low"][2] == -1.0


def test_one_step_apart_disagrees_less_than_three() -> None:
    agreeing = [("response", None, category, category, 10) for category in ("PD", "SD", "PR", "VGPR", "CR", "sCR")]
    near = kappas(pairs(*agreeing, ("response", None, "CR", "sCR", 10)))
    far = kappas(pairs(*agreeing, ("response", None, "PR", "sCR", 10)))
    assert 0 < far["kappa"][0] < near["kappa"][0] < 1


def test_there_is_no_kappa_where_both_only_ever_used_one_category() -> None:
    found = kappas(pairs(("response", None, "PR", "PR", 7)))
    assert found.rows() == [("response", None, None, None, None, 7)]


def test_there_is_no_kappa_of_nothing() -> None:
    assert weighted_kappa(np.zeros((7, 7)), linear_weights(7)) is None
