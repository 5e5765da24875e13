"""What is known when, the landmark cohort, and intervals of states: small histories worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from transforms.models.inputs import OS, PFS
from transforms.models.known import history
from transforms.models.landmark import landmark_analysis
from transforms.models.time_varying import state_intervals, time_varying_analysis

START = date(2015, 1, 1)


def on(day: int) -> date:
    return START + timedelta(days=day)


def registry(
    times: list[tuple[str, str, int, bool | None]],
    mrd: list[tuple[str, int, str | None, str]] = (),  # type: ignore[assignment]
    visits: list[tuple[str, int, str]] = (),  # type: ignore[assignment]
    transplants: list[tuple[str, int, int]] = (),  # type: ignore[assignment]
    progressions: dict[str, int] | None = None,
) -> dict[str, pl.DataFrame]:
    """Line 1 starts on day 0; `times` are patient, endpoint, days, event; SD* lacks one of two fluids."""
    ids = sorted({row[0] for row in times} | {row[0] for row in visits} | {row[0] for row in mrd})
    stopped = progressions or {}
    return {
        "patients": pl.DataFrame({"patient_id": ids}).with_columns(diagnosis=pl.lit("MM")),
        "time_to_event": pl.DataFrame(
            times,
            schema={"patient_id": pl.String, "endpoint": pl.String, "days": pl.Int64, "event": pl.Boolean},
            orient="row",
        ).with_columns(origin=pl.lit("line_start"), line=pl.lit(1), start_date=pl.lit(START), reason=pl.lit("")),
        "mrd_status": pl.DataFrame(
            [(p, 1 if day > 0 else None, on(day), state, category) for p, day, state, category in mrd],
            schema={
                "patient_id": pl.String,
                "line": pl.Int64,
                "collected_on": pl.Date,
                "mrd": pl.String,
                "category": pl.String,
            },
            orient="row",
        ),
        "visits": pl.DataFrame(
            [(p, 1, on(day), word[:-1] if word == "SD*" else word, word == "SD*") for p, day, word in visits],
            schema={
                "patient_id": pl.String,
                "line": pl.Int64,
                "visit_date": pl.Date,
                "response": pl.String,
                "lacks_one_fluid": pl.Boolean,
            },
            orient="row",
        ).with_columns(flags=pl.when("lacks_one_fluid").then(["one_fluid_missing"]).otherwise([])),
        "lines": pl.DataFrame(
            [(p, 1, on(stopped[p]) if p in stopped else None) for p in ids],
            schema={"patient_id": pl.String, "line": pl.Int64, "progression_date": pl.Date},
            orient="row",
        ),
        "transplant": pl.DataFrame(
            [(p, line, on(day), True) for p, line, day in transplants],
            schema={"patient_id": pl.String, "line": pl.Int64, "transplanted_on": pl.Date, "is_certain": pl.Boolean},
            orient="row",
        ),
    }


def registered(tables: dict[str, pl.DataFrame], days: dict[str, int]) -> dict[str, pl.DataFrame]:
    """The same registry, under whose observation each of these patients came on a day after the start."""
    dates = pl.col("patient_id").replace_strict({p: on(day) for p, day in days.items()}, default=START)
    return {**tables, "patients": tables["patients"].with_columns(registered_on=dates)}


def states(tables: dict[str, pl.DataFrame], factor: str) -> list[tuple[int, str]]:
    found = history(tables, factor)
    return [((known_on - START).days, state) for _, known_on, state in found.rows()]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        # A response is known from the visit that confirms it: not on day 30, though its confirmed response is PR then.
        ([(30, "PR"), (60, "PR")], [(30, "SD"), (60, "PR")]),
        ([(30, "VGPR"), (60, "PR"), (90, "CR")], [(30, "SD"), (60, "PR")]),
        ([(30, "CR"), (60, "NE"), (90, "CR")], [(30, "SD"), (90, "CR")]),
        ([(30, "VGPR"), (60, "PD"), (90, "VGPR")], [(30, "SD")]),
        ([(30, "PD")], [(30, "PD")]),
        ([(30, "NE")], []),
        ([(30, "SD*")], [(30, "SD")]),
        ([(30, "PR"), (60, "SD*"), (90, "PR")], [(30, "SD"), (90, "PR")]),
    ],
)
def test_response_is_known_from_the_visit_that_confirms_it(visits, expected):
    tables = registry([], visits=[("A", *visit) for visit in visits])
    assert states(tables, "response") == expected


def test_response_after_confirmed_progression_does_not_count():
    visits = [("A", 30, "PR"), ("A", 60, "PD"), ("A", 90, "PD"), ("A", 120, "CR"), ("A", 150, "CR")]
    assert states(registry([], visits=visits, progressions={"A": 60}), "response") == [(30, "SD")]


def test_mrd_is_of_marrow_since_the_start_and_positive_over_negative():
    mrd = [
        ("A", -5, "negative", "flow"),
        ("A", 100, "negative", "flow"),
        ("A", 100, "positive", "sequencing"),
        ("A", 200, None, "flow"),
        ("A", 300, "negative", "sequencing"),
        ("A", 400, "positive", "imaging"),
    ]
    assert states(registry([], mrd=mrd), "mrd") == [(100, "positive"), (300, "negative")]


def test_sustained_mrd_lasts_until_a_positive_result():
    mrd = [
        ("A", 100, "negative", "flow"),
        ("A", 500, "negative", "flow"),
        ("A", 500, "negative", "sustained"),
        ("A", 600, "negative", "flow"),
        ("A", 700, "positive", "imaging"),
        ("A", 700, "negative", "flow"),
    ]
    expected = [(100, "not_sustained"), (500, "sustained"), (700, "not_sustained")]
    assert states(registry([], mrd=mrd), "sustained_mrd") == expected


def test_transplant_is_the_first_autologous_of_line_1():
    tables = registry([("A", "OS", 900, False)], transplants=[("A", 1, 150), ("A", 1, 120), ("A", 2, 20)])
    assert states(tables, "transplant") == [(120, "yes")]


def test_landmark_takes_who_is_followed_beyond_it_by_what_was_known_then():
    # 12 months are 365.25 days: known on day 365 counts, on day 366 doesn't; an event on day 365 is before.
    times = [
        ("A", "PFS", 400, True),
        ("B", "PFS", 800, False),
        ("C", "PFS", 365, True),
        ("D", "PFS", 365, False),
        ("E", "PFS", 366, True),
        ("F", "PFS", 900, None),
    ]
    mrd = [("A", 100, "negative", "flow"), ("A", 365, "positive", "flow"), ("B", 366, "negative", "flow")]
    mrd += [("E", 200, "negative", "sequencing"), ("C", 100, "negative", "flow")]
    table, curves = landmark_analysis(registry(times, mrd), ["mrd"], [12], [PFS])
    assert table.select("stratum", "n", "events").rows() == [
        ("negative", 1, 1),
        ("not_tested", 1, 0),
        ("positive", 1, 1),
    ]
    assert set(table.select("n_event_before", "n_censored_before", "n_unknown").rows()) == {(1, 1, 1)}
    assert curves.filter(pl.col("stratum") == "positive")["day"].to_list() == [0, 35]
    assert table["is_default"].all()


def test_who_is_registered_after_the_landmark_counts_from_then_on():
    # The landmark is day 365. B enters on day 35 of its time, after A's event on day 15 and before C's on day 55: of
    # the curve's steps, 1 of A and C, then 1 of B and C. D was gone before it was registered, E before the landmark.
    times = [("A", "PFS", 380, True), ("B", "PFS", 500, False), ("C", "PFS", 420, True)]
    times += [("D", "PFS", 390, True), ("E", "PFS", 300, True)]
    tables = registered(registry(times), {"A": 100, "B": 400, "D": 390, "E": 310})
    table, curves = landmark_analysis(tables, ["transplant"], [12], [PFS])
    counts = ("n", "events", "n_entered_late", "n_event_before", "n_never_at_risk")
    assert table.select(counts).rows() == [(3, 2, 1, 0, 2)]
    assert curves.select("day", "at_risk", "events", "survival").rows() == [
        (0, 2, 0, 1.0),
        (15, 2, 1, 0.5),
        (35, 1, 0, 0.5),
        (55, 2, 1, 0.25),
        (135, 1, 0, 0.25),
    ]


def test_landmark_test_leaves_out_who_was_not_tested():
    times = [(f"P{i}", "PFS", 400 + 10 * i, True) for i in range(30)]
    mrd = [(f"P{i}", 100, ("negative", "positive")[i % 2], "flow") for i in range(20)]
    table, _ = landmark_analysis(registry(times, mrd), ["mrd"], [12], [PFS])
    p = dict(table.select("stratum", "p_logrank").rows())
    without, _ = landmark_analysis(registry(times[:20], mrd), ["mrd"], [12], [PFS])
    assert p["not_tested"] is None
    assert p["negative"] == p["positive"] == without["p_logrank"][0]


def test_intervals_change_when_the_state_does():
    people = pl.DataFrame({"patient_id": ["A", "B", "C"], "days": [400, 100, 0], "event": [True, True, True]})
    people = people.with_columns(start_date=pl.lit(START), entry_days=pl.lit(None, pl.Int64))
    known = [
        ("A", 0, "negative"),
        ("A", 100, "negative"),
        ("A", 200, "positive"),
        ("A", 400, "negative"),
        ("B", 100, "negative"),
    ]
    histories = pl.DataFrame(
        [(p, on(day), state) for p, day, state in known],
        schema={"patient_id": pl.String, "known_on": pl.Date, "state": pl.String},
        orient="row",
    )
    # B's change falls on the day of the event, which counts for the state before; C has no day of follow-up.
    assert sorted(state_intervals(people, histories, ["negative"]).rows()) == [
        ("A", 0, 200, False, 1),
        ("A", 200, 400, True, 0),
        ("B", 0, 100, True, 0),
    ]


def test_intervals_begin_where_the_patient_comes_under_observation():
    people = pl.DataFrame({"patient_id": ["A", "B", "C"], "days": [400, 300, 150], "event": [True, False, True]})
    people = people.with_columns(start_date=pl.lit(START), entry_days=pl.lit(150, pl.Int64))
    known = [("A", 100, "negative"), ("A", 150, "positive"), ("A", 200, "negative"), ("B", 120, "negative")]
    histories = pl.DataFrame(
        [(p, on(day), state) for p, day, state in known],
        schema={"patient_id": pl.String, "known_on": pl.Date, "state": pl.String},
        orient="row",
    )
    # What was known by day 150 holds on it; C's time ends on the day of entry, and no one saw any of it.
    assert sorted(state_intervals(people, histories, ["negative"]).rows()) == [
        ("A", 150, 200, False, 0),
        ("A", 200, 400, True, 1),
        ("B", 150, 300, False, 1),
    ]


def test_time_varying_counts_who_enters_late_and_who_never_does():
    times = [(f"P{i:02}", "OS", 100 + i, True) for i in range(12)]
    mrd = [("P00", 20, "negative", "flow")]
    tables = registered(registry(times, mrd), {"P00": 30, "P01": 101, "P02": 300})
    table, _ = time_varying_analysis(tables, ["mrd"], [OS])
    assert table.select("n", "events", "n_entered_late", "n_left_out").rows() == [(10, 10, 1, 2)]


def test_simon_makuch_curves_begin_where_enough_are_in_both_states():
    times = [(f"P{i:02}", "OS", 500 + i, True) for i in range(40)]
    mrd = [(f"P{i:02}", 50 + i, "negative", "flow") for i in range(20)]
    table, curves = time_varying_analysis(registry(times, mrd), ["mrd"], [OS])
    assert table["curves_from_day"].to_list() == [59]  # the tenth enters on day 59, and is at risk after it
    first = curves.filter(pl.col("day") == 59)
    assert first.select("in_state", "at_risk", "survival").rows() == [(False, 30, 1.0), (True, 10, 1.0)]
    # On day 500 the first of 20 in the state dies, the last to enter came on day 69.
    assert curves.filter(pl.col("in_state"), pl.col("day") == 500)["survival"].to_list() == [0.95]


def test_time_varying_says_why_there_is_no_hazard_ratio():
    times = [(f"P{i}", "OS", 100 + i, True) for i in range(12)]
    table, curves = time_varying_analysis(registry(times), ["mrd", "transplant"], [OS])
    assert table["reason"].to_list() == ["never_in_state", "never_in_state"]
    assert curves.is_empty()
    few, _ = time_varying_analysis(registry(times[:3]), ["mrd"], [OS])
    assert few["reason"].to_list() == ["too_few_events"]
    late, _ = time_varying_analysis(
        registry([*times, ("Q", "OS", 900, False)], [("Q", 300, "negative", "flow")]), ["mrd"], [OS]
    )
    assert late["reason"].to_list() == ["separation"]
