"""Times to events of a line, from its outcome and the patient's follow-up, under the default rule of censoring."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import load_edition
from transforms.endpoints import (
    pfs_by_censoring,
    reported_progressions,
    time_to_event,
    with_reported_progression,
)
from transforms.follow_up import DATED, cutoff_of, follow_up
from transforms.intake.contracts import CONTRACTS, REFUSED_ROW, dtypes, stored

START = date(2020, 1, 1)
EDITION = load_edition()
KEY = ["patient_id", "line"]
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
    "before_pd": "last_evaluable_before_progression",
    "dead": "death_date",
    "contact": "last_contact",
    "cutoff": "cutoff",
    "lost_line": "lost_line_on",
    "stop": "treated_until",
}


def on(day: int) -> date:
    return START + timedelta(days=day)


def outcome(
    text: str, *, source: str | None, is_contradictory: bool, is_lost: bool = False, is_end_lost: bool = False
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """One line and its patient's follow-up, from `word day` pairs; the line starts on day 0, diagnosis is day -10."""
    words = text.split()
    days = {WORDS[word]: on(int(day)) for word, day in zip(words[::2], words[1::2], strict=True)}
    lines = pl.LazyFrame(
        {"patient_id": ["p"], "line": [1], "start_date": [START], "progression_source": [source]}
        | {name: [days.get(name)] for name in [*OUTCOMES, "lost_line_on", "treated_until"]}
        | {"is_lost": [is_lost], "is_end_lost": [is_end_lost], "has_drug": [True]},
        schema_overrides={
            **dict.fromkeys([*OUTCOMES, "lost_line_on", "treated_until"], pl.Date),
            "progression_source": pl.String,
        },
    )
    follow_up = pl.LazyFrame(
        {
            "patient_id": ["p"],
            "diagnosis_date": [on(-10)],
            "death_date": [days.get("death_date")],
            "last_contact": [days.get("last_contact")],
            "is_contradictory": [is_contradictory],
            "is_death_lost": [False],
            "cutoff": [days.get("cutoff")],
        },
        schema_overrides=dict.fromkeys(["death_date", "last_contact", "cutoff"], pl.Date),
    )
    return lines, follow_up


def times(
    text: str, *, source: str | None = "derived", is_contradictory: bool = False, censoring: str = "imwg"
) -> dict[str, tuple[Any, ...]]:
    """(days, event, reason) by endpoint."""
    edition = load_edition(settings={"PFS": {"censoring": censoring}})
    found = time_to_event(*outcome(text, source=source, is_contradictory=is_contradictory), edition)
    rows = found.collect().iter_rows(named=True)
    return {
        "OS from diagnosis" if row["line"] is None else row["endpoint"]: (row["days"], row["event"], row["reason"])
        for row in rows
    }


def test_a_patient_followed_without_any_event_is_censored_everywhere() -> None:
    assert times("seen 50 contact 60") == {
        "OS from diagnosis": (70, False, "last_contact"),
        "OS": (60, False, "last_contact"),
        "TTNT": (60, False, "last_contact"),
        "TTD": (60, False, "last_contact"),
        "PFS": (50, False, "last_assessment"),
        "PFS2": (60, False, "last_contact"),
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


def test_unknown_progression_has_no_row() -> None:
    found = times("dead 55 contact 55", source=None)
    assert set(found) == {"OS", "OS from diagnosis", "TTNT", "TTD"}


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
    found = times("dead 10 pr 20 pd 50 seen 50 contact 60")
    assert found["DOR"] == unknown, "responded after death"
    assert found["PFS"] == found["OS"] == (10, True, "death")


def test_no_time_is_negative_and_one_of_zero_days_is_given() -> None:
    assert times("dead 0 contact 0")["OS"] == (0, True, "death")
    assert times("contact -1")["OS"] == (None, None, "contradictory")
    assert times("contact -1")["OS from diagnosis"] == (9, False, "last_contact")


@pytest.mark.parametrize(
    ("text", "pfs", "why"),
    [
        ("before_pd 30 pd 105 seen 105 contact 200", (105, True, "progression"), "two due months and the grace"),
        ("before_pd 30 pd 106 seen 106 contact 200", (30, False, "missed_assessments"), "a day more"),
        ("pd 75 seen 75 contact 200", (75, True, "progression"), "no one looked since the start"),
        ("pd 76 seen 76 contact 200", (0, False, "missed_assessments"), "a day more"),
        ("before_pd 364 pd 440 seen 440 contact 500", (364, False, "missed_assessments"), "still the first year"),
        ("before_pd 365 pd 440 seen 440 contact 500", (440, True, "progression"), "later, every two months"),
        ("before_pd 365 pd 502 seen 502 contact 600", (502, True, "progression"), "two of them and the grace"),
        ("before_pd 365 pd 503 seen 503 contact 600", (365, False, "missed_assessments"), "a day more"),
        ("seen 30 dead 105 contact 105", (105, True, "death"), "a death is an event too"),
        ("seen 30 dead 106 contact 106", (30, False, "missed_assessments"), "and comes too late too"),
        ("seen 30 contact 200", (30, False, "last_assessment"), "no event: nothing to censor"),
        ("seen 30 next 106 dead 300 contact 300", (30, False, "next_line"), "the next line censors first"),
    ],
)
def test_fda_censors_an_event_after_two_missed_assessments(text: str, pfs: tuple[Any, ...], why: str) -> None:
    assert times(text, censoring="fda")["PFS"] == pfs, why


def test_fda_misses_no_assessment_that_the_registry_does_not_have() -> None:
    assert times("pd 300 contact 400", source="reported", censoring="fda")["PFS"] == (300, True, "progression")


def test_under_ema_the_next_line_does_not_censor() -> None:
    found = times("pr 20 next 40 dead 55 seen 30 contact 55", censoring="ema")
    assert found["PFS"] == (55, True, "death")
    assert found["DOR"] == (35, True, "death")


def test_pfs_under_each_rule_is_one_row_a_rule_in_order() -> None:
    lines, follow_up_ = outcome("seen 30 next 106 dead 300 contact 300", source="derived", is_contradictory=False)
    two = pl.concat(
        [lines.with_columns(patient_id=pl.lit(p), line=pl.lit(n)) for p, n in (("q", 1), ("p", 2), ("p", 1))],
    )
    both = pl.concat([follow_up_.with_columns(patient_id=pl.lit(p)) for p in ("q", "p")])
    found = pfs_by_censoring(two, both, load_edition()).collect()
    assert found.columns == [
        *("patient_id", "line", "start_date", "end_date", "days", "event", "reason", "progression_source", "censoring")
    ]
    assert found.select("patient_id", "line", "censoring").rows() == [
        (patient, line, rule) for patient, line in (("p", 1), ("p", 2), ("q", 1)) for rule in ("ema", "fda", "imwg")
    ]
    of_q = found.filter(patient_id="q").select("days", "event", "reason").rows()
    assert of_q == [(300, True, "death"), (30, False, "next_line"), (30, False, "next_line")]


DATES = {table: [column, "end_date"] for table, column in DATED.items()}


def patients_of(**dates: date | None) -> dict[str, pl.LazyFrame]:
    """Every table that follow-up reads, with one patient and no other row."""
    names = ("diagnosis_date", "registered_on", "death_date", "last_contact_date")
    row = {"patient_id": "p", "vital_status": "alive", "unreadable": None, **dict.fromkeys(names), **dates}
    types = {"patient_id": pl.String, "vital_status": pl.String, **dict.fromkeys(names, pl.Date)} | {
        "unreadable": pl.List(pl.String)
    }
    empty = {
        table: pl.LazyFrame(schema={"patient_id": pl.String, **dict.fromkeys(columns, pl.Date)})
        for table, columns in DATES.items()
    }
    return {"patients": pl.LazyFrame([row], schema=types), **empty}


@pytest.mark.parametrize("column", ["diagnosis_date", "registered_on", "last_contact_date"])
def test_the_last_contact_is_the_latest_date_of_the_patients_own_row(column: str) -> None:
    dates = dict.fromkeys(("diagnosis_date", "registered_on", "last_contact_date"), on(0))
    found = follow_up(patients_of(**{**dates, column: on(7)}), None).collect()
    assert found["last_contact"].to_list() == [on(7)]


@pytest.mark.parametrize("table", sorted(DATED))
def test_any_dated_row_is_a_contact(table: str) -> None:
    tables = patients_of(diagnosis_date=on(0), last_contact_date=on(0))
    column = DATED[table]
    row = pl.LazyFrame({"patient_id": ["p", "stranger"], column: [on(9), on(50)]})
    found = follow_up({**tables, table: pl.concat([tables[table], row], how="diagonal")}, None).collect()
    assert found.select("patient_id", "last_contact").rows() == [("p", on(9))]


@pytest.mark.parametrize("table", ["treatments", "supportive_care"])
def test_an_end_of_treatment_is_no_contact(table: str) -> None:
    tables = patients_of(diagnosis_date=on(0), last_contact_date=on(5))
    row = pl.LazyFrame({"patient_id": ["p"], "start_date": [on(1)], "end_date": [date(2099, 12, 31)]})
    found = follow_up({**tables, table: pl.concat([tables[table], row], how="diagonal")}, None).collect()
    assert found["last_contact"].to_list() == [on(5)]


def test_nothing_after_the_cut_off_follows_a_patient() -> None:
    dead = {"vital_status": "dead", "death_date": on(40), "last_contact_date": on(30), "diagnosis_date": on(0)}
    for cutoff, expected in {40: (on(30), on(40)), 39: (on(30), None), 30: (on(30), None), 29: (on(0), None)}.items():
        row = follow_up(patients_of(**dead), on(cutoff)).collect().row(0, named=True)
        assert (row["last_contact"], row["death_date"], row["is_contradictory"]) == (*expected, False), cutoff


def test_nothing_after_the_cut_off_ends_a_time() -> None:
    assert times("pd 60 seen 50 next 70 contact 55 cutoff 60")["PFS"] == (60, True, "progression")
    assert times("pd 60 seen 50 next 70 contact 55 cutoff 59")["PFS"] == (50, False, "last_assessment")
    assert times("next 70 seen 50 contact 55 cutoff 69")["TTNT"] == (55, False, "last_contact")
    assert times("pr 60 seen 50 contact 55 cutoff 59").get("DOR") is None


@pytest.mark.parametrize(
    ("ended", "latest_row", "expected", "why"),
    [
        ([(5, None), (3, 4)], None, 5, "the latest last contact"),
        ([(5, None), (3, 9)], None, 9, "or death"),
        ([(3650, None), (0, None)], None, 3650, "not 10 years later than the others"),
        ([(11000, None), (0, None), (0, None)], None, 0, "one typed wrong moves nobody's"),
        ([(11000, None), (0, None)], 9000, 11000, "unless a row is near it"),
        ([(11000, None), (10000, None), (0, None)], None, 11000, "or another patient's"),
        ([(11000, None)], None, 11000, "a single patient has nobody beside"),
        ([(None, None)], 7, None, "none recorded"),
    ],
)
def test_the_cut_off_is_the_latest_last_contact_that_does_not_stand_alone(
    ended: list[tuple[int | None, int | None]], latest_row: int | None, expected: int | None, why: str
) -> None:
    def dated(day: int | None) -> date | None:
        return None if day is None else on(day)

    rows = [(dated(seen), dated(died)) for seen, died in ended]
    patients = pl.DataFrame(rows, schema=dict.fromkeys(["last_contact_date", "death_date"], pl.Date), orient="row")
    assert cutoff_of(patients, dated(latest_row), 10) == dated(expected), why


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
        ([(30, "PR", None)], {1: None}, "assessed, and no progression"),
        ([(0, "PD", None)], {}, "on the start of the first line: before it"),
        ([(50, "PD", None)], {1: 50}, "on the start of the second: the first's"),
        ([(51, "PD", 2)], {2: 51}, "of the line that was recorded with it"),
        ([(51, "PD", 1)], {}, "outside the line that was recorded with it"),
        ([(20, "PD", 1), (60, "PD", None)], {1: 20, 2: 60}, "one for each line"),
    ],
)
def test_a_recorded_progression_is_its_lines(
    rows: list[tuple[int, str, int | None]], expected: dict[int, int | None], why: str
) -> None:
    found = reported_progressions(recorded(*rows), lines_of(0, 50)).collect()
    dated = {row["line"]: row["reported_progression_date"] for row in found.iter_rows(named=True)}
    days = {line: (date_ - START).days if date_ else None for line, date_ in dated.items()}
    assert days == expected, why


@pytest.mark.parametrize(
    ("evaluable", "derived", "assessed", "is_log", "expected"),
    [
        (30, 30, "20 PD", False, ("derived", 30, "assessment")),
        (30, None, "20 PD", False, ("derived", None, None)),
        (None, None, "20 PD", False, ("reported", 20, "reported")),
        (None, None, "20 PR", False, ("reported", None, None)),
        (None, None, "1 PR", False, ("reported", None, None)),
        (None, None, "0 PR", False, (None, None, None)),  # on the line's start: before it
        (None, None, "20 PR 2", False, (None, None, None)),  # recorded as another line's
        (None, None, "", False, (None, None, None)),
        (None, None, "", True, ("reported", None, None)),
    ],
)
def test_the_clinics_record_serves_where_no_visit_is_evaluable_and_the_line_was_assessed(
    evaluable: int | None, derived: int | None, assessed: str, is_log: bool, expected: tuple[Any, ...]
) -> None:
    line = lines_of(0).with_columns(
        next_line_start=pl.lit(None, pl.Date),
        last_evaluable_date=pl.lit(None if evaluable is None else on(evaluable), pl.Date),
        progression_date=pl.lit(None if derived is None else on(derived), pl.Date),
        progression_confirmed_by=pl.lit(None if derived is None else "assessment", pl.String),
    )
    day, response, number = [*assessed.split(), None, None, None][:3]
    rows = [(int(day), response, int(number) if number else None)] if day and response else []
    refused_row = pl.LazyFrame(schema=REFUSED_ROW)
    found = with_reported_progression(line, recorded(*rows), refused_row, is_log=is_log).collect()
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
        name: pl.LazyFrame([rows[name]] if name in rows else [], schema=stored(name), orient="row")
        for name in CONTRACTS
    }
    assert follow_up(tables, None).collect()["last_contact"].to_list() == [on(30)]


def test_the_source_of_progression_is_given_if_the_endpoint_needs_one() -> None:
    found = time_to_event(*outcome("pr 20 pd 40 seen 50 contact 60", source="derived", is_contradictory=False), EDITION)
    told = {(row["endpoint"], row["origin"]): row["progression_source"] for row in found.collect().to_dicts()}
    assert {name for name, source in told.items() if source is None} == {
        ("OS", "diagnosis"),
        ("OS", "line_start"),
        ("TTNT", "line_start"),
        ("PFS2", "line_start"),
        ("TTD", "line_start"),
    }
    assert set(told.values()) == {None, "derived"}


def test_rows_come_by_patient_line_and_endpoint_whatever_the_order_of_the_lines() -> None:
    line, patient = outcome("pr 20 pd 40 seen 50 contact 60", source="derived", is_contradictory=False)
    called = [pl.lit(name).alias("patient_id") for name in ("q", "p")]
    lines = pl.concat(line.with_columns(name, line=pl.lit(n, pl.Int64)) for n in (2, 1) for name in called)
    found = time_to_event(lines, pl.concat(patient.with_columns(name) for name in called), EDITION).collect()
    keys = [(patient_id, number or 0, name) for patient_id, number, name in found.select(*KEY, "endpoint").rows()]
    assert len(keys) == 2 * (1 + 2 * 8 + 1)
    assert keys == sorted(keys)


def test_events_after_missed_assessments_are_no_events_of_ttp_and_dor_either_under_fda() -> None:
    found = times("pr 20 pd 400 seen 400 before_pd 30 contact 500", censoring="fda")
    assert found["PFS"] == found["TTP"] == (30, False, "missed_assessments")
    assert found["DOR"] == (10, False, "missed_assessments")


def test_a_death_on_the_day_the_line_starts_contradicts_a_later_response() -> None:
    assert times("pr 20 pd 40 seen 40 dead 0 contact 40")["DOR"] == (None, None, "contradictory")


def test_under_ema_a_later_line_is_the_one_that_starts_later_whatever_its_number() -> None:
    first, patient = outcome("seen 50 contact 200", source="derived", is_contradictory=False)
    later, _ = outcome("pd 150 seen 150 contact 200", source="derived", is_contradictory=False)
    lines = pl.concat([later.with_columns(start_date=on(100)), first.with_columns(line=pl.lit(2, pl.Int64))])
    found = time_to_event(lines, patient, load_edition(settings={"PFS": {"censoring": "ema"}})).collect()
    pfs = found.filter(endpoint="PFS").select("line", "days", "event").rows()
    assert pfs == [(1, 50, True), (2, 150, True)]


@pytest.mark.parametrize(
    ("first", "days"),
    [("pd 40 seen 40 contact 200", 40), ("seen 40 contact 200", None), ("pd 120 seen 120 contact 200", None)],
)
def test_under_ema_a_later_line_that_could_not_be_read_leaves_open_what_comes_after_its_start(
    first: str, days: int | None
) -> None:
    line, patient = outcome(first, source="derived", is_contradictory=False)
    later, _ = outcome("contact 200", source=None, is_contradictory=False, is_lost=True)
    lines = pl.concat([line, later.with_columns(start_date=on(100), line=pl.lit(2, pl.Int64))])
    found = time_to_event(lines, patient, load_edition(settings={"PFS": {"censoring": "ema"}})).collect()
    assert found.filter(endpoint="PFS", line=1)["days"].to_list() == [days]
