"""Assessment dates gathered into visits, and which result counts at each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import Edition, load_edition
from transforms.visits import results_by_visit, visit_dates
from transforms.wide import figure_columns, wide

START = date(2020, 1, 1)
RESULT = {
    "patient_id": pl.String,
    "test": pl.String,
    "date": pl.Date,
    "low": pl.Float64,
    "high": pl.Float64,
    "nadir": pl.Float64,
    "positive": pl.Boolean,
}


def on(day: int) -> date:
    return START + timedelta(days=day)


def lines(*starts: int) -> pl.LazyFrame:
    schema = {"patient_id": pl.String, "line": pl.Int64, "start_date": pl.Date}
    return pl.LazyFrame([("p", n, on(day)) for n, day in enumerate(starts, 1)], schema=schema, orient="row")


def dates(days: str, who: str = "p") -> pl.LazyFrame:
    found = [(who, on(int(day))) for day in days.split()]
    return pl.LazyFrame(found, schema={"patient_id": pl.String, "date": pl.Date}, orient="row")


def gathered(days: str, *starts: int, edition: Edition | None = None) -> list[tuple[int, int | None, int]]:
    """(day, line, day of its visit), by day."""
    found = visit_dates(dates(days), lines(*(starts or (0,))), edition or load_edition()).collect()
    rows = found.sort("date").select("date", "line", "visit_date").iter_rows()
    return [((day - START).days, line, (visit - START).days) for day, line, visit in rows]


def visits_of(days: str, *starts: int, edition: Edition | None = None) -> list[int]:
    return [visit for _, _, visit in gathered(days, *starts, edition=edition)]


@pytest.mark.parametrize(
    ("days", "expected", "why"),
    [
        ("10 13", [10, 10], "3 days after the one before"),
        ("10 14", [10, 14], "4 days after"),
        ("10 13 16", [10, 10, 10], "each after the one before, not the first"),
        ("10 13 16 17", [10, 10, 10, 10], "7 days in all"),
        ("10 13 16 18", [10, 13, 16, 18], "8 days in all: it falls apart"),
        ("10 13 16 18 22 23", [10, 13, 16, 18, 22, 22], "and the next does not"),
    ],
)
def test_dates_close_to_each_other_are_one_visit(days: str, expected: list[int], why: str) -> None:
    assert visits_of(days) == expected, why


def test_a_visit_never_crosses_a_lines_start() -> None:
    assert gathered("-1 0 1 2", 0) == [(-1, None, -1), (0, None, -1), (1, 1, 1), (2, 1, 1)]
    assert gathered("29 30 31", 0, 30) == [(29, 1, 29), (30, 1, 29), (31, 2, 31)], "the start is the last look"


def test_gap_and_span_can_be_set() -> None:
    wider = load_edition("jsh2023", {"V.visit": {"max_gap_days": 5, "max_span_days": 9}})
    assert visits_of("10 15 19", edition=wider) == [10, 10, 10]
    assert visits_of("10 15 20", edition=wider) == [10, 15, 20]
    assert visits_of("10 16", edition=wider) == [10, 16]


def test_patients_share_no_visit_whatever_the_order_of_rows() -> None:
    both = pl.concat([dates("12 10", "q"), dates("13 11", "p")])
    of_both = pl.concat([lines(0), lines(0).with_columns(patient_id=pl.lit("q"))])
    found = visit_dates(both, of_both, load_edition()).collect().sort("patient_id", "date")
    assert [(day - START).days for day in found["visit_date"]] == [11, 11, 10, 10]


def counted(rows: list[tuple[str, int, float]], days: str, *starts: int) -> dict[tuple[int, str], float]:
    """The result that counts by (day of the visit, test), from (test, day, figure)."""
    results = pl.LazyFrame(
        [{"patient_id": "p", "test": test, "date": on(day), "low": low} for test, day, low in rows], schema=RESULT
    )
    of_lines = lines(*(starts or (0,)))
    dated = visit_dates(dates(days), of_lines, load_edition())
    found = results_by_visit(results, dated, of_lines, load_edition()).collect()
    names = found.select("visit_date", "test", "low").iter_rows()
    return {((visit - START).days, test): low for visit, test, low in names}


def test_the_latest_date_of_a_visit_counts() -> None:
    rows = [("serum_m_protein", 12, 2.0), ("serum_m_protein", 10, 3.0), ("flc_kappa", 10, 5.0)]
    assert counted(rows, "10 12") == {(10, "serum_m_protein"): 2.0, (10, "flc_kappa"): 5.0}


def test_results_up_to_the_first_start_are_of_no_visit() -> None:
    assert counted([("serum_m_protein", 0, 2.0), ("calcium", -1, 9.0)], "-1 0") == {}


@pytest.mark.parametrize(
    ("day", "expected", "why"),
    [
        (7, 10, "3 days before"),
        (6, None, "4 days before"),
        (13, 10, "3 days after"),
        (14, 16, "2 days before the next"),
        (12, 10, "nearer to the first"),
        (19, 16, "after the last"),
        (20, None, "too long after"),
    ],
)
def test_calcium_joins_the_nearest_visit_within_3_days(day: int, expected: int | None, why: str) -> None:
    found = counted([("calcium", day, 9.0)], "10 16")
    assert found == ({} if expected is None else {(expected, "calcium"): 9.0}), why


def test_of_two_equally_near_the_earlier_is_joined() -> None:
    assert counted([("albumin", 13, 3.0)], "11 15") == {(11, "albumin"): 3.0}


def test_nearness_is_to_any_date_of_a_visit_and_the_visit_is_named_by_its_first() -> None:
    assert counted([("calcium", 16, 9.0)], "10 13") == {(10, "calcium"): 9.0}
    assert counted([("circulating_plasma_cells", 17, 9.0)], "10 13") == {}


def test_calcium_joins_no_visit_of_another_line() -> None:
    assert counted([("calcium", 31, 9.0)], "30", 0, 30) == {}
    assert counted([("calcium", 30, 9.0)], "31", 0, 30) == {}
    assert counted([("calcium", 31, 9.0)], "30 33", 0, 30) == {(33, "calcium"): 9.0}


def test_of_two_calciums_of_a_visit_the_later_counts() -> None:
    assert counted([("calcium", 12, 9.0), ("calcium", 9, 12.0)], "10") == {(10, "calcium"): 9.0}


def test_a_test_that_was_not_done_is_null_in_the_wide_row() -> None:
    rows: list[dict[str, Any]] = [
        {"patient_id": "p", "test": "calcium", "low": 9.0, "positive": True},
        {"patient_id": "q", "test": "albumin", "low": 3.0, "positive": None},
    ]
    columns = {"ca": ("calcium", "low"), "due": ("calcium", "positive"), "alb": ("albumin", "low")}
    found = wide(pl.LazyFrame(rows), ["patient_id"], columns).collect().sort("patient_id")
    assert found.rows() == [("p", 9.0, True, None), ("q", None, None, 3.0)]


def test_an_open_ended_figure_has_three_columns() -> None:
    columns = figure_columns("baseline", baseline=True)
    assert {name: source for name, source in columns.items() if name.startswith("serum_m")} == {
        "serum_m_baseline_g_dl": ("serum_m_protein", "low"),
        "serum_m_baseline_g_dl_max": ("serum_m_protein", "high"),
        "serum_m_baseline_g_dl_as_nadir": ("serum_m_protein", "nadir"),
    }
