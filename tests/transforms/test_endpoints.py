"""Times to events of a line, from its outcome and the patient's follow-up, under the default rule of censoring."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import load_edition
from transforms.contracts import CONTRACTS, dtypes
from transforms.endpoints import follow_up, reported_progressions, time_to_event, with_reported_progression

START = date(2020, 1, 1)
OUTCOMES = [
    "next_line_start",
    "progression_date",
    "response_date",
    "last_evaluable_date",
    "last_evaluable_before_progression",
]
WORDS = {
    "next": "next_line_start",
    "pd": "progression_date",
    "pr": "response_date",
    "seen": "last_evaluable_date",
    "dead": "death_date",
    "contact": "last_contact",
}


def on(day: int) -> date:
    return START + timedelta(days=day)


def times(text: str, *, source: str | None = "derived", is_contradictory: bool = False) -> dict[str, tuple[Any, ...]]:
    """(days, event, reason) by endpoint, from `word day` pairs; the line starts on day 0, diagnosis is day -10."""
    words = text.split()
    days = {WORDS[word]: on(int(day)) for word, day in zip(words[::2], words[1::2], strict=True)}
    lines = pl.LazyFrame(
        {"patient_id": ["p"], "line": [1], "start_date": [START], "progression_source": [source]}
        | {name: [days.get(name)] for name in OUTCOMES},
        schema_overrides={**dict.fromkeys(OUTCOMES, pl.Date), "progression_source": pl.String},
    )
    follow_up = pl.LazyFrame(
        {
            "patient_id": ["p"],
            "diagnosis_date": [on(-10)],
            "death_date": [days.get("death_date")],
            "last_contact": [days.get("last_contact")],
            "is_contradictory": [is_contradictory],
        },
        schema_overrides={"death_date": pl.Date, "last_contact": pl.Date},
    )
    rows = time_to_event(lines, follow_up, load_edition()).collect().iter_rows(named=True)
    return {
        "OS from diagnosis" if row["line"] is None else row["endpoint"]: (row["days"], row["event"], row["reason"])
        for row in rows
    }


def test_a_patient_followed_without_any_event_is_censored_everywhere() -> None:
    assert times("seen 50 contact 60") == {
        "OS from diagnosis": (70, False, "last_contact"),
        "OS": (60, False, "last_contact"),
        "TTNT": (60, False, "last_contact"),
        "PFS": (50, False, "last_assessment"),
        "TTP": (50, False, "last_assessment"),
        "EFS": (50, False, "last_assessment"),
        "TTR": (50, False, "last_assessment"),
    }


def test_progression_ends_what_asks_for_it() -> None:
    found = times("pr 20 pd 40 seen 50 contact 60")
    assert found["PFS"] == found["TTP"] == found["EFS"] == (40, True, "progression")
    assert found["DOR"] == (20, True, "progression"), "from the response"
    assert found["TTR"] == (20, True, "response")
    assert found["OS"] == (60, False, "last_contact")
    assert found["TTNT"] == (60, False, "last_contact")


def test_death_without_progression_is_an_event_but_of_ttp() -> None:
    found = times("pr 20 dead 55 seen 50 contact 55")
    assert found["OS"] == found["PFS"] == found["EFS"] == found["TTNT"] == (55, True, "death")
    assert found["OS from diagnosis"] == (65, True, "death")
    assert found["TTP"] == (55, False, "death")
    assert found["DOR"] == (35, True, "death")


def test_whichever_comes_first_and_on_one_day_the_progression() -> None:
    assert times("pd 40 dead 41 seen 40 contact 41")["PFS"] == (40, True, "progression")
    assert times("pd 40 dead 40 seen 40 contact 40")["PFS"] == (40, True, "progression")
    assert times("pd 40 dead 40 seen 40 contact 40")["TTP"] == (40, True, "progression")
    assert times("pd 40 next 40 seen 40 contact 60")["PFS"] == (40, True, "progression")
    assert times("next 40 dead 40 seen 30 contact 40")["PFS"] == (40, True, "death")


def test_a_next_line_without_progression_censors_at_the_look_before_it() -> None:
    found = times("pr 20 next 40 dead 55 seen 30 contact 55")
    assert found["PFS"] == found["TTP"] == (30, False, "next_line")
    assert found["DOR"] == (10, False, "next_line")
    assert found["EFS"] == found["TTNT"] == (40, True, "next_line")
    assert found["OS"] == (55, True, "death")


def test_without_a_response_there_is_no_duration_of_it_and_progression_ends_the_wait() -> None:
    found = times("pd 40 seen 50 contact 60")
    assert "DOR" not in found
    assert found["TTR"] == (40, False, "progression")


def test_what_nobody_can_tell_of_progression_has_no_row() -> None:
    found = times("dead 55 contact 55", source=None)
    assert set(found) == {"OS", "OS from diagnosis", "TTNT"}


def test_a_reported_progression_is_followed_to_the_last_contact_or_the_next_line() -> None:
    found = times("contact 60", source="reported")
    assert found["PFS"] == found["TTP"] == found["EFS"] == (60, False, "last_contact")
    assert "TTR" not in found, "the clinic's record is not asked for responses"
    assert times("next 40 contact 60", source="reported")["PFS"] == (40, False, "next_line")
    assert times("pd 30 next 40 contact 60", source="reported")["PFS"] == (30, True, "progression")


def test_a_death_that_contradicts_itself_leaves_open_what_nothing_before_it_decided() -> None:
    unknown = (None, None, "contradictory")
    found = times("pd 40 seen 40 contact 60", is_contradictory=True)
    assert found["PFS"] == (40, True, "progression")
    assert found["OS"] == found["TTNT"] == found["OS from diagnosis"] == unknown
    assert times("seen 40 contact 60", is_contradictory=True)["PFS"] == unknown
    assert times("dead -5 seen 40 contact 60")["OS"] == unknown, "dead before the line began"


def test_no_time_is_negative_and_one_of_no_days_is_told() -> None:
    assert times("dead 0 contact 0")["OS"] == (0, True, "death")
    assert times("contact -1")["OS"] == (None, None, "contradictory")
    assert times("contact -1")["OS from diagnosis"] == (9, False, "last_contact")


def lines_of(*starts: int) -> pl.LazyFrame:
    schema = {"patient_id": pl.String, "line": pl.Int64, "start_date": pl.Date}
    return pl.LazyFrame([("p", n, on(day)) for n, day in enumerate(starts, 1)], schema=schema, orient="row")


def recorded(*rows: tuple[int, str, int | None]) -> pl.LazyFrame:
    """Assessments: day, response, recorded line."""
    schema = {"patient_id": pl.String, "assessed_on": pl.Date, "response": pl.String, "line": pl.Int64}
    found = [("p", on(day), response, line) for day, response, line in rows]
    return pl.LazyFrame(found, schema=schema, orient="row")


@pytest.mark.parametrize(
    ("rows", "expected", "why"),
    [
        ([(30, "PD", None), (20, "PD", None)], {1: 20}, "the first of two"),
        ([(30, "PR", None)], {}, "no progression"),
        ([(0, "PD", None)], {}, "on the start of the first line: before it"),
        ([(50, "PD", None)], {1: 50}, "on the start of the second: the first's"),
        ([(51, "PD", 2)], {2: 51}, "of the line that was recorded with it"),
        ([(51, "PD", 1)], {}, "outside the line that was recorded with it"),
        ([(20, "PD", 1), (60, "PD", None)], {1: 20, 2: 60}, "one for each line"),
    ],
)
def test_a_recorded_progression_is_its_lines(
    rows: list[tuple[int, str, int | None]], expected: dict[int, int], why: str
) -> None:
    found = reported_progressions(recorded(*rows), lines_of(0, 50)).collect()
    days = {row["line"]: (row["reported_progression_date"] - START).days for row in found.iter_rows(named=True)}
    assert days == expected, why


@pytest.mark.parametrize(
    ("evaluable", "derived", "has_assessments", "expected"),
    [
        (30, 30, True, ("derived", 30, "assessment")),
        (30, None, True, ("derived", None, None)),
        (None, None, True, ("reported", 20, "reported")),
        (None, None, False, (None, None, None)),
    ],
)
def test_the_recorded_progression_serves_only_where_no_visit_is_evaluable(
    evaluable: int | None, derived: int | None, has_assessments: bool, expected: tuple[Any, ...]
) -> None:
    outcome = lines_of(0).with_columns(
        last_evaluable_date=pl.lit(None if evaluable is None else on(evaluable), pl.Date),
        progression_date=pl.lit(None if derived is None else on(derived), pl.Date),
        progression_confirmed_by=pl.lit(None if derived is None else "assessment", pl.String),
    )
    found = with_reported_progression(outcome, recorded((20, "PD", None)), has_assessments=has_assessments).collect()
    row = found.row(0, named=True)
    progressed_on = row["progression_date"]
    days = None if progressed_on is None else (progressed_on - START).days
    assert (row["progression_source"], days, row["progression_confirmed_by"]) == expected


@pytest.mark.parametrize("table", [name for name in CONTRACTS if name != "patients"])
def test_a_dated_row_of_any_table_is_a_contact(table: str) -> None:
    dated = next(name for name, kind in dtypes(table).items() if kind == pl.Date)
    rows = {
        "patients": {"patient_id": "p", "diagnosis_date": on(-10), "vital_status": "alive", "last_contact_date": on(0)},
        table: {"patient_id": "p", dated: on(30)},
    }
    tables = {
        name: pl.LazyFrame([rows[name]] if name in rows else [], schema=dtypes(name), orient="row")
        for name in CONTRACTS
    }
    assert follow_up(tables).collect()["last_contact"].to_list() == [on(30)]
