"""Baseline values of a line, its involved light chain, and what it is measurable by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import Edition, load_edition
from rules.verdict import TESTS, bit, missing_column
from transforms.baselines import baselines

START = date(2020, 1, 1)
NAMES = {
    "M": "serum_m_protein",
    "U": "urine_m_protein",
    "K": "flc_kappa",
    "L": "flc_lambda",
    "SIF": "serum_immunofixation",
    "UIF": "urine_immunofixation",
}
RESULT = {
    "patient_id": pl.String,
    "test": pl.String,
    "date": pl.Date,
    "low": pl.Float64,
    "high": pl.Float64,
    "nadir": pl.Float64,
    "positive": pl.Boolean,
}


def result(name: str, text: str, days_before: int = 0) -> dict[str, Any]:
    """One result as `results` has it: a figure, >x, <x (none detected), pos or neg."""
    row = {"patient_id": "p", "test": NAMES.get(name, name), "date": START - timedelta(days=days_before)}
    if text in ("pos", "neg"):
        return row | {"positive": text == "pos"}
    value = float(text.lstrip("<>"))
    low, high = {">": (value, float("inf")), "<": (0.0, 0.0)}.get(text[0], (value, value))
    return row | {"low": low, "high": high, "nadir": value}


def baseline(text: str = "", *, edition: Edition | None = None, **patient: Any) -> dict[str, Any]:
    """The line's row from `name value` pairs; `name@n` is n days before the start."""
    words = text.split()
    rows = []
    for name, value in zip(words[::2], words[1::2], strict=True):
        test, _, days = name.partition("@")
        rows.append(result(test, value, int(days or 0)))
    lines = pl.LazyFrame({"patient_id": ["p"], "line": [1], "start_date": [START]})
    about = {"patient_id": "p", "light_chain": None, "m_protein_in_beta": None, "unreadable": None} | patient
    kinds = {"light_chain": pl.String, "m_protein_in_beta": pl.Boolean, "unreadable": pl.List(pl.String)}
    patients = pl.LazyFrame([about], schema_overrides=kinds)
    found = baselines(lines, pl.LazyFrame(rows, schema=RESULT), patients, edition or load_edition()).collect()
    return found.row(0, named=True)


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("M@0 3", 3, "on the line's start"),
        ("M@90 3", 3, "90 days before"),
        ("M@91 3", None, "91 days before"),
        ("M@-1 3", None, "after the start"),
        ("M@30 3 M@10 2 M@60 4", 2, "the last one, not the lowest"),
        ("M@-1 5 M@5 2", 2, "one after the start hides none"),
    ],
)
def test_the_baseline_is_the_last_of_90_days(text: str, expected: float | None, why: str) -> None:
    assert baseline(text)["serum_m_baseline_g_dl"] == expected, why


def test_the_window_can_be_set() -> None:
    narrow = load_edition("jsh2023", {"V.baseline": {"window_days": 10}})
    assert baseline("M@10 3", edition=narrow)["serum_m_baseline_g_dl"] == 3
    assert baseline("M@11 3", edition=narrow)["serum_m_baseline_g_dl"] is None


def test_without_a_value_it_is_null() -> None:
    found = baseline()
    values = [value for name, value in found.items() if "_baseline_" in name]
    assert values
    assert set(values) == {None}


@pytest.mark.parametrize(
    ("text", "patient", "serum", "urine"),
    [
        ("SIF neg UIF neg", {}, 0, 0),
        ("SIF pos UIF pos", {}, None, None),
        ("M 2 SIF neg U 300 UIF neg", {}, 2, 300),
        ("M@66 1.2 U@66 9 SIF@5 neg UIF@5 neg", {}, 0, 0),  # later than the last figure
        ("M@3 1.2 U@3 9 SIF neg UIF neg", {}, 1.2, 9),  # a figure beside it
        ("M@4 1.2 U@4 9 SIF neg UIF neg", {}, 0, 0),  # none beside it
        ("M@5 1.2 U@5 9 SIF@8 neg UIF@8 neg", {}, 1.2, 9),  # beside it, and after it
        ("M@5 1.2 U@5 9 SIF@9 neg UIF@9 neg", {}, 1.2, 9),  # a figure later than it
        ("M@60 <0.2 U@60 <9 SIF@5 neg UIF@5 neg", {}, 0, 0),
        ("M@60 2 U@60 9 SIF@5 pos UIF@5 pos", {}, 2, 9),
        ("M@60 2 SIF@30 neg SIF@5 pos U@60 9 UIF@30 neg UIF@5 pos", {}, 0, 0),  # a positive one is no value
        ("M@60 2 U@60 9 UIF@5 neg", {}, 2, 0),  # each fluid by its own
        ("SIF@90 neg UIF@91 neg", {}, 0, None),
        ("M@92 1.2 SIF@90 neg U@94 9 UIF@90 neg", {}, None, 0),  # beside it, but no baseline
        ("SIF neg M@-2 1.2", {}, 0, None),  # after the start
        ("SIF@5 neg M@5 0.3", {}, 0.3, None),
        ("M 2 SIF neg U 300 UIF neg", {"m_protein_in_beta": True}, 0, 300),
        ("M 2 SIF pos", {"m_protein_in_beta": True}, 2, None),
        ("M 2", {"m_protein_in_beta": True}, 2, None),
        ("M@5 2 SIF@2 neg", {"m_protein_in_beta": True}, 0, None),
        ("M@2 2 SIF@5 neg", {"m_protein_in_beta": True}, 0, None),
        ("M@2 2 SIF@6 neg", {"m_protein_in_beta": True}, 2, None),
        ("M@60 2 SIF@2 neg", {"m_protein_in_beta": True}, 0, None),
        ("M@4 2 SIF@5 neg SIF@3 pos", {"m_protein_in_beta": True}, 2, None),
        ("M@4 2 SIF@5 pos SIF@3 neg", {"m_protein_in_beta": True}, 0, None),
        ("U@2 300 UIF@5 neg", {"m_protein_in_beta": True}, None, 300),
        ("M 2 SIF neg", {"m_protein_in_beta": False}, 2, None),
    ],
)
def test_a_negative_immunofixation_is_none_where_nothing_better_is_known(
    text: str, patient: dict[str, Any], serum: float | None, urine: float | None
) -> None:
    found = baseline(text, **patient)
    for part in ("", "_max", "_as_nadir"):
        assert found[f"serum_m_baseline_g_dl{part}"] == serum
        assert found[f"urine_m_baseline_mg_24h{part}"] == urine


@pytest.mark.parametrize(
    ("text", "recorded", "expected", "why"),
    [
        ("K 165 L 100", None, None, "1.65 is not above 1.65"),
        ("K 166 L 100", None, "kappa", "above it"),
        ("K 26 L 100", None, None, "0.26 is not below 0.26"),
        ("K 25.9 L 100", None, "lambda", "below it"),
        ("K 5 L 0", None, "kappa", "no lambda at all counts as above"),
        ("K 0 L 5", None, "lambda", "no kappa at all counts as below"),
        ("K 0 L 0", None, None, "0/0 tells nothing"),
        ("K 500", None, None, "one chain has no ratio"),
        ("K 500 L 1", "lambda", "lambda", "the recorded one comes first"),
        ("", "kappa", "kappa", "with no figure too"),
        ("K >100 L 50", None, "kappa", "more than 100 by 50 is above"),
        ("K >50 L 100", None, None, "more than 50 by 100 may be anything"),
    ],
)
def test_the_involved_chain(text: str, recorded: str | None, expected: str | None, why: str) -> None:
    assert baseline(text, light_chain=recorded)["involved_chain"] == expected, why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M 1", "serum"),
        ("M 0.9", "none"),
        ("U 200", "urine"),
        ("U 199", "none"),
        ("M 1 U 200", "serum+urine"),
        ("M 1 U 199 K 500 L 1 marrow 60", "serum"),
        ("M 0 U 0 K 100 L 1", "flc"),
        ("M 0 U 0 K 99 L 1", "none"),
        ("M 0 U 0 K 100 L 100 marrow 29.9", "none"),
        ("M 0 U 0 K 100 L 100 marrow 30", "marrow"),
        ("K 100 L 1", "flc"),
        ("M 0 marrow 30", "marrow"),
        ("marrow 60", "unknown"),
        ("K 500 marrow 60", "unknown"),
        ("", "unknown"),
        ("M >0.5", "unknown"),
        ("M >1", "serum"),
        ("M 2 U >100", "unknown"),
        ("M 0 K >50 L 1", "unknown"),
        ("M <5", "none"),
        ("SIF neg", "none"),
    ],
)
def test_a_line_is_measurable_by(text: str, expected: str) -> None:
    assert baseline(text)["measurable_by"] == expected


def missing(found: dict[str, Any], name: str) -> set[str]:
    mask = found[missing_column(f"hope.{name}")]
    return {test for test in TESTS if mask & bit(test)}


def test_where_nothing_is_measurable_a_missing_baseline_stays_open_and_is_named() -> None:
    found = baseline("M 0.5 K 500")
    assert (found["MEAS.urine"], found["hope.urine"], missing(found, "urine")) == (
        False,
        None,
        {"baseline_urine_m_protein"},
    )
    assert (found["hope.serum"], missing(found, "serum")) == (False, set())
    assert (found["hope.flc"], missing(found, "flc")) == (None, {"baseline_flc_lambda"})
    assert missing(found, "followed_by_flc") == {"baseline_urine_m_protein", "baseline_flc_lambda"}
    assert missing(found, "followed_by_marrow") == missing(found, "followed_by_flc") | {"baseline_marrow"}


def test_where_something_is_measurable_a_missing_baseline_is_not_measurable() -> None:
    found = baseline("M 2")
    hopes = {name: found[f"hope.{name}"] for name in ("serum", "urine", "flc", "followed_by_flc", "followed_by_marrow")}
    assert hopes == {"serum": True, "urine": False, "flc": False, "followed_by_flc": False, "followed_by_marrow": False}
    assert all(not missing(found, name) for name in hopes)


def test_light_chains_are_followed_only_without_serum_and_urine_and_marrow_only_without_all() -> None:
    by = {
        "M 0 U 0 K 500 L 1 marrow 60": (True, False),
        "M 1 U 0 K 500 L 1 marrow 60": (False, False),
        "M 0 U 200 K 500 L 1 marrow 60": (False, False),
        "M 0 U 0 K 5 L 5 marrow 60": (False, True),
        "M 0 U 200 K 5 L 5 marrow 60": (False, False),
    }
    for text, expected in by.items():
        found = baseline(text)
        assert (found["followed_by_flc"], found["followed_by_marrow"]) == expected, text
        assert (found["hope.followed_by_flc"], found["hope.followed_by_marrow"]) == expected, text


def test_dflc_is_involved_less_uninvolved_and_never_below_0() -> None:
    names = [
        "involved_flc_baseline_mg_l",
        "dflc_baseline_mg_l",
        "dflc_baseline_mg_l_max",
        "dflc_baseline_mg_l_as_nadir",
    ]
    found = baseline("K 500 L 20")
    assert [found[name] for name in names] == [500, 480, 480, 480]
    found = baseline("K 500 L 20", light_chain="lambda")
    assert [found[name] for name in names] == [20, 0, 0, 0]
    found = baseline("K <5 L 2", light_chain="kappa")
    assert [found[name] for name in names] == [0, 0, 0, 3], "as a nadir the involved chain counts as its limit"
