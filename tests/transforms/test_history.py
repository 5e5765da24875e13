"""What a line has shown up to each visit: nadirs, calcium before, plasmacytoma, and the marrow that CR may use."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import load_edition
from transforms.history import lowest_before, lowest_confirmed_before, with_history, with_latest_marrow
from transforms.within_line import with_places

START = date(2020, 1, 1)
UNITS = {
    "serum_m": "g_dl",
    "urine_m": "mg_24h",
    "dflc": "mg_l",
    "circulating_cells": "per_ul",
    "calcium": "mg_dl",
    "albumin": "g_dl",
}


def on(visit: int) -> date:
    return START + timedelta(days=30 * visit)


def numbers(text: str) -> list[float | None]:
    return [None if word == "-" else float(word) for word in text.split()]


def lows(values: str, baseline: str, *, confirmed: bool = False, lines: str = "") -> list[float | None]:
    """Nadir at each visit; `lines` gives each visit's line where there is more than one."""
    figures = numbers(values)
    frame = pl.DataFrame(
        {"patient_id": "p", "line": [int(n) for n in lines.split()] or [1] * len(figures), "value": figures},
        schema_overrides={"value": pl.Float64},
    ).with_columns(baseline=pl.lit(numbers(baseline)[0], pl.Float64))
    lowest = lowest_confirmed_before if confirmed else lowest_before
    found = with_places(frame.lazy()).select(lowest(pl.col("value"), pl.col("baseline")).alias("low"))
    return found.collect()["low"].to_list()


@pytest.mark.parametrize(
    ("values", "baseline", "expected", "why"),
    [
        ("3 1 2 0 5", "4", "4 3 1 1 0", "a visit is never its own nadir"),
        ("3 5", "2", "2 2", "the baseline counts"),
        ("- 1 - - 2", "4", "4 4 1 1 1", "gaps keep it"),
        ("- 1 2", "-", "- - 1", "no earlier value: none"),
        ("- -", "-", "- -", "and stays none"),
        ("0 3", "-", "- 0", "0 is a value"),
    ],
)
def test_the_nadir_is_the_lowest_before(values: str, baseline: str, expected: str, why: str) -> None:
    assert lows(values, baseline) == numbers(expected), why


@pytest.mark.parametrize(
    ("values", "baseline", "expected", "why"),
    [
        ("3 1 2 0 5", "4", "4 4 3 2 2", "each counts as the higher of itself and the one before"),
        ("1 1 3", "4", "4 4 1", "two of 1 confirm it"),
        ("1 - 1 3", "4", "4 4 4 1", "also over a gap"),
        ("2 3", "1", "1 1", "the baseline counts as itself"),
        ("2 1 3", "-", "- 2 2", "and so does the first value without one"),
        ("- 2 1 3", "-", "- - 2 2", "wherever it comes"),
        ("- - -", "4", "4 4 4", "gaps alone change nothing"),
    ],
)
def test_the_lowest_confirmed_needs_two(values: str, baseline: str, expected: str, why: str) -> None:
    assert lows(values, baseline, confirmed=True) == numbers(expected), why


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_nadir_is_its_own_lines(confirmed: bool) -> None:
    assert lows("1 1 3 4", "5", confirmed=confirmed, lines="1 1 2 2")[2:] == [5, 5 if confirmed else 3]


def visits(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    """Visits with the columns that history reads; what a row does not give is null."""
    figures = [f"{name}{when}_{unit}" for name, unit in UNITS.items() for when in ("", "_baseline")]
    names = {f"{figure}{part}" for figure in figures for part in ("", "_max", "_as_nadir", "_as_nadir_max")}
    parted = {"marrow_percent", "marrow_baseline_percent", "plasmacytoma_mm2", "plasmacytoma_baseline_mm2"}
    parts = {f"{name}{part}": name for name in sorted(parted) for part in ("", "_max", "_as_nadir")}
    names |= set(parts)
    answers = ["new_plasmacytoma", "new_plasmacytoma_lost", "plasmacytoma_lost", "plasmacytoma_baseline_lost"]
    found = [
        # a figure without its bounds is exact
        {name: row.get(name, row.get(parts.get(name, ""))) for name in sorted(names)}
        | {"patient_id": "p", "line": row.get("line", 1), "visit_date": on(n)}
        | {name: row.get(name) for name in answers}
        | ({"new_plasmacytoma": row["new"]} if "new" in row else {})
        for n, row in enumerate(rows, 1)
    ]
    types = {**dict.fromkeys(names, pl.Float64), **dict.fromkeys(answers, pl.Boolean)}
    return pl.LazyFrame(found, schema_overrides=types)


def history(rows: list[dict[str, Any]], *columns: str, edition: str = "jsh2023") -> list[Any]:
    found = with_history(visits(rows), load_edition(edition)).collect().select(columns)
    return found.to_series().to_list() if len(columns) == 1 else found.rows()


def exact(name: str, value: float) -> dict[str, float]:
    """A figure as an exact report has it in every column of its test."""
    column = f"{name}_{UNITS[name]}"
    extra = {f"{column}_as_nadir_max": value} if name == "dflc" else {}
    return {column: value, f"{column}_max": value, f"{column}_as_nadir": value} | extra


@pytest.mark.parametrize("name", ["serum_m", "urine_m", "dflc"])
def test_m_protein_and_flc_have_a_confirmed_nadir_in_2016(name: str) -> None:
    rows = [exact(name, value) for value in (5, 3, 4)]
    nadir = {"serum_m": "serum_m_nadir_g_dl", "urine_m": "urine_m_nadir_mg_24h", "dflc": "dflc_nadir_mg_l"}[name]
    assert history(rows, nadir, f"{nadir}_max") == [(None, None), (5, 5), (3, 3)]
    assert history(rows, nadir, f"{nadir}_max", edition="imwg2016") == [(None, None), (5, 5), (5, 5)]


@pytest.mark.parametrize("edition", ["jsh2023", "imwg2016"])
def test_marrow_plasmacytoma_and_cells_have_the_lowest_of_all(edition: str) -> None:
    rows = [
        {"marrow_percent": float(n), "plasmacytoma_mm2": 10.0 * n, **exact("circulating_cells", n)} for n in (5, 3, 4)
    ]
    columns = ["marrow_nadir_percent", "plasmacytoma_nadir_mm2", "circulating_cells_nadir_per_ul"]
    assert history(rows, *columns, edition=edition)[1:] == [(5, 50, 5), (3, 30, 3)]


def test_a_nadir_below_detection_is_the_limit_and_one_above_it_open() -> None:
    below = {"serum_m_g_dl": 0.0, "serum_m_g_dl_max": 0.0, "serum_m_g_dl_as_nadir": 0.5}
    above = {"serum_m_g_dl": 2.0, "serum_m_g_dl_max": float("inf"), "serum_m_g_dl_as_nadir": 2.0}
    columns = ["serum_m_nadir_g_dl", "serum_m_nadir_g_dl_max"]
    assert history([below, {}], *columns)[1] == (0.5, 0.5)
    assert history([above, {}], *columns)[1] == (2, float("inf"))
    assert history([above, below, {}], *columns)[2] == (0.5, 0.5)


@pytest.mark.parametrize(
    ("calcium", "albumin", "expected"),
    [(11, 3.5, 11.5), (11, 4, 11), (11, 4.5, 11), (None, 3, None)],
)
def test_calcium_is_corrected_for_albumin_below_4_only(
    calcium: float | None, albumin: float | None, expected: float | None
) -> None:
    row = {"calcium_mg_dl": calcium, "calcium_mg_dl_max": calcium, "albumin_g_dl": albumin, "albumin_g_dl_max": albumin}
    assert history([row], "corrected_calcium_mg_dl", "corrected_calcium_mg_dl_max") == [(expected, expected)]
    baseline = {
        name.replace("_mg", "_baseline_mg").replace("_g_", "_baseline_g_"): value for name, value in row.items()
    }
    assert history([baseline], "corrected_calcium_before_mg_dl", "corrected_calcium_before_mg_dl_max") == [
        (expected, expected)
    ]


def test_without_albumin_the_calcium_is_the_least_it_can_be() -> None:
    row = {"calcium_mg_dl": 11.0, "calcium_mg_dl_max": 11.0}
    columns = ["corrected_calcium{}_mg_dl", "corrected_calcium{}_mg_dl_max", "calcium{}_lacks_albumin"]
    found = history([row, {}], *(name.format(when) for when in ("", "_before") for name in columns))
    assert found == [(11, math.inf, True, None, None, None), (None, None, None, 11, math.inf, True)]


def test_an_open_albumin_leaves_the_correction_open() -> None:
    row = {"calcium_mg_dl": 11.0, "calcium_mg_dl_max": 11.0, "albumin_g_dl": 3.0, "albumin_g_dl_max": float("inf")}
    assert history([row], "corrected_calcium_mg_dl", "corrected_calcium_mg_dl_max") == [(11, 12)]


def test_the_calcium_before_is_the_last_one_of_the_line_else_the_baselines() -> None:
    baseline = {"calcium_baseline_mg_dl": 9.0, "calcium_baseline_mg_dl_max": 9.0}
    rows = [baseline, exact("calcium", 10) | baseline, baseline, baseline, baseline | {"line": 2}]
    assert history(rows, "corrected_calcium_before_mg_dl") == [9, 9, 10, 10, 9]


def plasmacytomas(*rows: tuple[float | None, bool | None], baseline: float | None = None) -> list[tuple[Any, ...]]:
    """(latest size, was at baseline, has been, new since its latest size) at each visit."""
    given = [{"plasmacytoma_mm2": size, "new": new, "plasmacytoma_baseline_mm2": baseline} for size, new in rows]
    return history(
        given,
        "latest_plasmacytoma_mm2",
        "has_baseline_plasmacytoma",
        "has_had_plasmacytoma",
        "new_plasmacytoma_since_latest_size",
    )


def test_a_plasmacytoma_is_remembered() -> None:
    assert plasmacytomas((None, None)) == [(None, False, False, False)]
    assert plasmacytomas((0, False)) == [(0, False, False, False)], "a size of 0 is none"
    assert plasmacytomas((0.5, False)) == [(0.5, False, True, False)], "any above 0 is one"
    assert plasmacytomas((None, None), baseline=0.5) == [(None, True, True, False)]
    assert plasmacytomas((None, None), baseline=0) == [(None, False, False, False)]
    assert plasmacytomas((None, None), (0, None), baseline=400) == [(None, True, True, False), (0, True, True, False)]
    assert plasmacytomas((100, None), (0, None), (None, None)) == [
        (100, False, True, False),
        (0, False, True, False),
        (0, False, True, False),
    ]


def test_a_new_plasmacytoma_is_open_until_its_size_is_seen() -> None:
    seen = [row[3] for row in plasmacytomas((0, None), (None, True), (None, None), (0, None))]
    assert seen == [False, True, True, False]
    assert [row[3] for row in plasmacytomas((0, True))] == [True], "its size is not known from its own visit"


def marrow_for(visit: date, *marrows: tuple[date, float | None, bool | None]) -> tuple[Any, ...]:
    """Percent and clonality for one visit of line 1, which starts on START and is followed 100 days later."""
    second = START + timedelta(days=100)
    lines = pl.LazyFrame(
        {"patient_id": "p", "line": [1, 2], "start_date": [START, second], "next_line_start": [second, None]}
    )
    schema = {"patient_id": pl.String, "test": pl.String, "date": pl.Date, "low": pl.Float64, "positive": pl.Boolean}
    rows: list[tuple[Any, ...]] = []
    rows += [("p", "marrow", day, percent, None) for day, percent, _ in marrows if percent is not None]
    rows += [("p", "clonal_plasma_cells", day, None, clonal) for day, _, clonal in marrows if clonal is not None]
    visits_ = pl.LazyFrame({"patient_id": "p", "line": [1], "visit_date": [visit]})
    results = pl.LazyFrame(rows, schema=schema, orient="row").with_columns(high="low")
    found = with_latest_marrow(visits_, results, lines, load_edition()).collect()
    return found.select("latest_marrow_percent", "latest_marrow_clonal").row(0)


def test_the_marrow_for_cr_is_the_latest_up_to_30_days_after() -> None:
    def day(days: int) -> date:
        return START + timedelta(days=days)

    visit = day(60)
    assert marrow_for(visit) == (None, None)
    assert marrow_for(visit, (day(90), 3, True)) == (3, True), "30 days after"
    assert marrow_for(visit, (day(91), 3, None)) == (None, None), "31 days after"
    assert marrow_for(visit, (day(10), 3, None), (day(50), 8, False), (day(91), 1, None)) == (8, False)
    assert marrow_for(visit, (START, 3, None)) == (None, None), "on the line's start is its baseline"
    assert marrow_for(visit, (day(1), 3, None)) == (3, None)
    assert marrow_for(day(90), (day(100), 3, None)) == (3, None), "on the next line's start"
    assert marrow_for(day(90), (day(101), 3, None)) == (None, None), "after it"
    assert marrow_for(visit, (day(50), 3, None), (day(55), None, True)) == (3, None), "clonality of another marrow"
