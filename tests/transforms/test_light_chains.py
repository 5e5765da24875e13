"""Involved chain and dFLC where figures are open-ended: lowest, highest, and as a nadir."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.light_chains import with_light_chains

PARTS = ["", "_max", "_as_nadir"]


def light_chains(
    involved: str | None, kappa: list[float | None], lambda_: list[float | None]
) -> dict[str, float | None]:
    figures = {
        f"{chain}_mg_l{part}": figure
        for chain, values in (("kappa", kappa), ("lambda", lambda_))
        for part, figure in zip(PARTS, values, strict=True)
    }
    row = pl.LazyFrame(
        [figures | {"involved_chain": involved}],
        schema_overrides=dict.fromkeys(figures, pl.Float64) | {"involved_chain": pl.String},
    )
    [found] = with_light_chains(row).collect().to_dicts()
    return found


@pytest.mark.parametrize(
    ("kappa", "highest"),
    [([100, 120, 90], 110), ([100, 120, 130], 120), ([100, 120, None], 110), ([100, None, 130], 120)],
)
def test_the_highest_dflc_of_a_nadir_is_what_the_higher_figure_leaves_over_the_other_chain(
    kappa: list[float | None], highest: float
) -> None:
    assert light_chains("kappa", kappa, [10, 12, 8])["dflc_mg_l_as_nadir_max"] == highest
    assert light_chains("lambda", [10, 12, 8], kappa)["dflc_mg_l_as_nadir_max"] == highest


@pytest.mark.parametrize(("kappa", "lambda_"), [([100, 120, 90], [10, 12, 8]), ([10, 12, 8], [100, 120, 90])])
def test_where_the_side_is_unknown_the_involved_figure_is_between_both_chains(
    kappa: list[float | None], lambda_: list[float | None]
) -> None:
    found = light_chains(None, kappa, lambda_)
    assert (found["involved_flc_mg_l"], found["involved_flc_mg_l_max"]) == (10, 120)
    assert found["involved_flc_mg_l_as_nadir"] is None
    assert found["dflc_mg_l"] is None


def test_dflc_is_what_the_involved_chain_has_more_than_the_other() -> None:
    high, low = [100.0, 120.0, 90.0], [10.0, 12.0, 8.0]
    expected = {"dflc_mg_l": 88.0, "dflc_mg_l_max": 110.0, "dflc_mg_l_as_nadir": 78.0}
    involved = {f"involved_flc_mg_l{part}": figure for part, figure in zip(PARTS, high, strict=True)}
    for found in (light_chains("kappa", [*high], [*low]), light_chains("lambda", [*low], [*high])):
        assert {name: found[name] for name in (*expected, *involved)} == expected | involved


def test_dflc_is_never_below_none() -> None:
    less = light_chains("kappa", [5, 5, 5], [10, 10, 10])
    assert [less[f"dflc_mg_l{part}"] for part in PARTS] == [0, 0, 0]
    more = light_chains("kappa", [10.5, 10.5, 10.5], [10, 10, 10])
    assert [more[f"dflc_mg_l{part}"] for part in PARTS] == [0.5, 0.5, 0.5]


def test_one_chain_alone_says_nothing() -> None:
    found = light_chains(None, [100, 120, 90], [None, None, None])
    assert found["involved_flc_mg_l"] is None
    assert found["involved_flc_mg_l_max"] is None
