"""Two consecutive assessments: confirmed series, what confirms a progression, best response and dates of a line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import load_edition
from transforms.confirmation import Response, line_outcomes, with_confirmation

START = date(2020, 1, 1)
DATES = {"visit_date": pl.Date, "next_line_start": pl.Date, "death_date": pl.Date}


def on(visit: int) -> date:
    """Visits are 30 days apart; the first is visit 1."""
    return START + timedelta(days=30 * visit)


def series(words: str, line: int = 1, finding_at: int = 0, **columns: Any) -> pl.DataFrame:
    """One visit per word of one line, SD* one that lacks a fluid; `finding_at` is the visit whose progression needs no
    confirmation.
    """
    rows = [
        {
            "patient_id": "p",
            "line": line,
            "visit_date": on(n),
            "response": word.removesuffix("*"),
            "is_evaluable": word not in ("NE", "SD*"),
            "needs_no_confirmation": n == finding_at,
        }
        | {"next_line_start": None, "death_date": None}
        | columns
        for n, word in enumerate(words.split(), 1)
    ]
    return pl.DataFrame(rows, schema_overrides={"response": Response, **DATES})


def confirmed(visits: pl.DataFrame, days: int = 90) -> pl.DataFrame:
    edition = load_edition("jsh2023", {"CONF.pd": {"death_within_days": days}})
    return with_confirmation(visits.lazy(), edition).collect()


def words(frame: pl.DataFrame, column: str) -> str:
    return " ".join(value or "-" for value in frame[column].cast(pl.String))


def outcome(visits: pl.DataFrame) -> dict[str, Any]:
    return line_outcomes(confirmed(visits).lazy()).collect().row(0, named=True)


@pytest.mark.parametrize(
    ("recorded", "expected", "why"),
    [
        ("PR PR", "PR PR", "each confirms the other"),
        ("PR VGPR", "PR PR", "the better confirms the lower"),
        ("VGPR PR", "PR PR", "whichever comes first"),
        ("PR VGPR CR", "PR VGPR VGPR", "the better over both neighbours"),
        ("CR VGPR PR", "VGPR VGPR PR", "the same backwards"),
        ("VGPR", "SD", "one look confirms nothing"),
        ("SD", "SD", "SD needs no confirmation"),
        ("SD CR", "SD SD", "and confirms nothing"),
        ("MR MR", "MR MR", "MR is confirmed as any other"),
        ("VGPR NE VGPR", "VGPR NE VGPR", "NE is skipped"),
        ("NE PR NE NE PR NE", "NE PR NE NE PR NE", "several in a row too"),
        ("NE", "NE", "and stays NE"),
        ("PR SD* PR", "PR SD PR", "SD by one fluid of two is skipped as well"),
        ("PR SD* SD* NE PR", "PR SD SD NE PR", "beside others that are skipped"),
        ("PR SD PR", "SD SD SD", "SD by both stands between them"),
        ("SD* PR", "SD SD", "what is skipped confirms nothing"),
        ("SD* CR PR", "SD PR PR", "nor is it a neighbour before the others"),
        ("VGPR PD VGPR", "SD SD SD", "a PD breaks their being consecutive, confirmed or not"),
        ("PR PR PD", "PR PR SD", "a last PD that nothing confirms is SD"),
        ("PR PD NE PD", "SD PD NE PD", "the next evaluable visit confirms"),
        ("PD PD PR PR", "PD PD PR PR", "the series goes on after progression"),
        ("sCR CR", "CR CR", "sCR is above CR"),
    ],
)
def test_a_response_counts_as_far_as_a_neighbour_shares_it(recorded: str, expected: str, why: str) -> None:
    assert words(confirmed(series(recorded)), "confirmed_response") == expected, why


@pytest.mark.parametrize(
    ("recorded", "columns", "expected"),
    [
        ("PR PD PD", {}, "- assessment assessment"),
        ("PD PD PD", {}, "assessment assessment assessment"),
        ("PR PD", {}, "- -"),
        ("PR PD", {"finding_at": 2}, "- finding"),
        ("PR PD PR", {"finding_at": 2}, "- finding -"),
        ("PD PD", {"finding_at": 2}, "assessment finding"),
        ("PR PR", {"finding_at": 2}, "- -"),
        ("PR PD", {"next_line_start": on(200)}, "- next_line"),
        ("PR PD NE", {"next_line_start": on(3)}, "- next_line -"),
        ("PD SD* PD", {}, "assessment - assessment"),
        ("PD SD PD", {}, "- - -"),
        ("PR PD SD*", {}, "- - -"),
        ("PR PD SD*", {"next_line_start": on(3)}, "- next_line -"),
        ("PR PD SD*", {"death_date": on(4)}, "- death -"),
        ("PD PR", {"next_line_start": on(3)}, "- -"),
        ("PR PD", {"death_date": on(2)}, "- death"),
        ("PR PD", {"death_date": on(2) + timedelta(days=90)}, "- death"),
        ("PR PD", {"death_date": on(2) + timedelta(days=91)}, "- -"),
        ("PR PD", {"death_date": on(2) - timedelta(days=1)}, "- -"),
        ("PD PR", {"death_date": on(3)}, "- -"),
        ("PR PR", {"death_date": on(3), "next_line_start": on(3)}, "- -"),
        ("PR PD", {"death_date": on(3), "next_line_start": on(3)}, "- next_line"),
        ("PD PD", {"death_date": on(3), "next_line_start": on(3)}, "assessment assessment"),
    ],
)
def test_a_progression_is_confirmed_by(recorded: str, columns: dict[str, Any], expected: str) -> None:
    found = confirmed(series(recorded, **columns))
    assert words(found, "progression_confirmed_by") == expected
    is_confirmed = found["progression_confirmed_by"].is_not_null()
    assert (found["confirmed_response"] == "PD").equals(is_confirmed)


def test_the_days_to_a_confirming_death_can_be_set() -> None:
    visits = series("PR PD", death_date=on(2) + timedelta(days=10))
    assert words(confirmed(visits, days=10), "progression_confirmed_by") == "- death"
    assert words(confirmed(visits, days=9), "progression_confirmed_by") == "- -"


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ("PR VGPR VGPR PR", "PR VGPR VGPR VGPR"),
        ("SD PR PR", "SD PR PR"),
        ("NE PR PR NE", "NE PR PR PR"),
        ("NE NE", "NE NE"),
        ("PR PR PD PD CR CR", "PR PR PR PR PR PR"),
        ("PD PD CR CR", "PD PD PD PD"),
        ("NE PD PD", "NE PD PD"),
        ("SD* PD PD", "SD SD SD"),
        ("NE SD*", "NE SD"),
        ("PD PR PR", "SD PR PR"),
    ],
)
def test_the_best_so_far_counts_until_confirmed_progression(recorded: str, expected: str) -> None:
    assert words(confirmed(series(recorded)), "best_response") == expected


def test_lines_and_patients_do_not_confirm_each_other() -> None:
    first, second = series("VGPR PD"), series("PD VGPR", line=2)
    other = series("VGPR VGPR").with_columns(patient_id=pl.lit("q"))
    found = confirmed(pl.concat([first, second, other]))
    assert words(found, "confirmed_response") == "SD SD SD SD VGPR VGPR"
    assert words(found, "best_response") == "SD SD SD SD VGPR VGPR"


def test_confirmation_adds_its_three_columns_and_no_other() -> None:
    visits = series("PR")
    added = set(confirmed(visits).columns) - set(visits.columns)
    assert added == {"confirmed_response", "progression_confirmed_by", "best_response"}


@pytest.mark.parametrize(
    ("recorded", "best", "best_on", "response_on", "progression_on", "evaluable_on"),
    [
        ("SD PR VGPR VGPR PR", "VGPR", 3, 2, None, 5),
        ("SD SD NE", "SD", 1, None, None, 2),
        ("NE NE", "NE", 1, None, None, None),
        ("PR PR PD PD VGPR VGPR", "PR", 1, 1, 3, 6),
        ("SD PD PD SD", "SD", 1, None, 2, 4),
        ("PD PD PR PR", "PD", 1, None, 1, 4),
        ("NE PD PD", "PD", 2, None, 2, 3),
        ("PR PR SD*", "PR", 1, 1, None, 2),
        ("PR PD SD* PD SD*", "SD", 1, None, 2, 4),
        ("NE SD* SD*", "SD", 2, None, None, None),
        ("MR MR SD", "MR", 1, None, None, 3),
    ],
)
def test_a_line_comes_to(  # noqa: PLR0917
    recorded: str,
    best: str,
    best_on: int,
    response_on: int | None,
    progression_on: int | None,
    evaluable_on: int | None,
) -> None:
    def day(visit: int | None) -> date | None:
        return None if visit is None else on(visit)

    found = outcome(series(recorded))
    expected = {
        "best_response": best,
        "best_response_date": day(best_on),
        "response_date": day(response_on),
        "progression_date": day(progression_on),
        "progression_confirmed_by": "assessment" if progression_on else None,
        "last_evaluable_date": day(evaluable_on),
    }
    assert {name: found[name] for name in expected} == expected


def test_the_first_of_several_progressions_says_what_confirmed_it() -> None:
    found = outcome(series("PD PR PD PD PR PD", finding_at=6))
    assert (found["progression_date"], found["progression_confirmed_by"]) == (on(3), "assessment")
