"""Adverse events with death competing, by exposures that change with time, and what the dead died of; by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from transforms.intake.contracts import REFUSED_ROW, stored
from transforms.models.adverse import FOLLOWED, adverse_incidence, first_events
from transforms.models.exposures import EXPOSURES, adverse_by_exposure, exposed_intervals, rate
from transforms.models.incidence import EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE
from transforms.models.inputs import Tables
from transforms.models.mortality import mortality

START = date(2020, 1, 1)
GIVEN_DRUG = {
    **dict.fromkeys(("patient_id", "phase", "drug", "class"), pl.String),
    "start_date": pl.Date,
    "last_dose_on": pl.Date,
}
GIVEN_CARE = {**dict.fromkeys(("patient_id", "purpose"), pl.String), "start_date": pl.Date, "end_date": pl.Date}
PATIENTS = {"patient_id": pl.String, "diagnosis": pl.String, "registered_on": pl.Date, "death_cause": pl.String}
TIMES = {
    **dict.fromkeys(("patient_id", "endpoint", "origin", "reason"), pl.String),
    "line": pl.Int64,
    "start_date": pl.Date,
    "days": pl.Int64,
    "event": pl.Boolean,
}
LENALIDOMIDE = {"drug": "lenalidomide", "class": "immunomodulatory_drug"}


def on(day: int | None) -> date | None:
    return None if day is None else START + timedelta(days=day)


def tables(people: dict[str, str], **rows: list[dict[str, Any]]) -> Tables:
    """Patients, each followed for so many days from line 1: `100` alive, `100 myeloma` dead of it, `100 pd 40` …

    `?` in place of a cause: dead, cause not recorded. Days of other tables are given as numbers.
    """
    times, patients = [], []
    for who, text in people.items():
        days, *said = text.split()
        cause = next((word for word in said if not word.isdigit() and word != "pd"), None)
        pd = int(said[said.index("pd") + 1]) if "pd" in said else None
        row = {"patient_id": who, "start_date": START}
        dead, reason = cause is not None, "death" if cause else "last_contact"
        ended = {"days": int(days), "event": dead, "reason": reason}
        for origin, line in (("diagnosis", None), ("line_start", 1)):
            times.append(row | ended | {"endpoint": "OS", "origin": origin, "line": line})
        progressed = {"days": pd or int(days), "event": pd is not None, "reason": "progression" if pd else reason}
        times.append(row | progressed | {"endpoint": "TTP", "origin": "line_start", "line": 1})
        patients.append({"patient_id": who, "death_cause": None if cause == "?" else cause})
    found = {
        "time_to_event": pl.DataFrame(times, schema=TIMES),
        "patients": pl.DataFrame(patients, schema=PATIENTS),
        "adverse_events": pl.DataFrame(_dated(rows.get("adverse_events", [])), schema=stored("adverse_events")),
        "refused_row": pl.DataFrame(
            _dated(rows.get("refused_row", [])), schema=REFUSED_ROW | {"is_repeat": pl.Boolean}
        ),
        "given_drug": pl.DataFrame(_dated(rows.get("given_drug", [])), schema=GIVEN_DRUG),
        "given_care": pl.DataFrame(_dated(rows.get("given_care", [])), schema=GIVEN_CARE),
    }
    return found


def _dated(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    dates = ("onset_on", "dated_on", "start_date", "last_dose_on", "end_date")
    return [{name: on(cell) if name in dates else cell for name, cell in row.items()} for row in rows]


def happened(who: str, day: int, event: str = "second_primary") -> dict[str, Any]:
    return {"patient_id": who, "onset_on": day, "event": event}


def firsts(given: Tables, event: str = "second_primary") -> dict[str, tuple[Any, ...]]:
    """days, event, cause, is_before by patient."""
    rows = first_events(given, event).sort("patient_id")
    return {row[0]: row[1:] for row in rows.select("patient_id", "days", "event", "cause", "is_before").rows()}


# --- first events


def test_the_first_event_ends_the_time_and_death_without_one_competes() -> None:
    given = tables(
        {"a": "100", "b": "100 infection", "c": "100"},
        adverse_events=[happened("a", 60), happened("a", 30), happened("c", 20, "zoster")],
    )
    assert firsts(given) == {
        "a": (30, True, "second_primary", False),
        "b": (100, True, "death", False),
        "c": (100, False, None, False),
    }


def test_one_on_the_day_of_the_start_counts_and_one_before_leaves_no_first() -> None:
    given = tables({"a": "100", "b": "100"}, adverse_events=[happened("a", 0), happened("b", -1)])
    assert firsts(given)["a"] == (0, True, "second_primary", False)
    assert firsts(given)["b"][-1] is True
    assert adverse_incidence(given)[0].filter(analysis="second_primary")["n_before"].unique().to_list() == [1]


@pytest.mark.parametrize(
    ("refused", "known"),
    [
        ({"dated_on": 20, "kind": "second_primary"}, False),
        ({"dated_on": None, "kind": None}, False),
        ({"dated_on": 30, "kind": "second_primary"}, False),
        ({"dated_on": 31, "kind": "second_primary"}, True),
        ({"dated_on": 20, "kind": "second_primary", "table": "findings"}, True),
        ({"dated_on": 20, "kind": "zoster"}, True),
        ({"dated_on": 20, "kind": None, "is_repeat": True}, True),
    ],
)
def test_a_row_that_could_not_be_read_leaves_open_what_it_may_have_come_before(
    refused: dict[str, Any], known: bool
) -> None:
    row = {"patient_id": "a", "table": "adverse_events", "is_repeat": False} | refused
    given = tables({"a": "100"}, adverse_events=[happened("a", 30)], refused_row=[row])
    assert (firsts(given)["a"][0] == 30) is known
    assert adverse_incidence(given)[0]["n_unknown"][0] == (0 if known else 1)


def test_a_row_without_a_date_may_be_of_the_day_of_the_start() -> None:
    row = {"patient_id": "a", "table": "adverse_events", "is_repeat": False, "kind": None, "dated_on": None}
    given = tables({"a": "100"}, adverse_events=[happened("a", 0)], refused_row=[row])
    assert firsts(given)["a"][:2] == (None, None)


def test_one_before_the_line_is_never_the_first_after_it() -> None:
    row = {"patient_id": "a", "table": "adverse_events", "is_repeat": False, "kind": None, "dated_on": 60}
    given = tables({"a": "100"}, adverse_events=[happened("a", -5), happened("a", 40)], refused_row=[row])
    assert firsts(given)["a"] == (40, True, "second_primary", True)


def test_of_who_was_followed_for_an_unknown_time_it_is_unknown_whether_one_came() -> None:
    given = tables({"a": "100", "b": "100"})
    unknown = given["time_to_event"].with_columns(pl.when(pl.col("patient_id") != "a").then("event").alias("event"))
    assert firsts(given | {"time_to_event": unknown})["a"] == (100, None, None, False)
    unknown = given["time_to_event"].with_columns(pl.when(pl.col("patient_id") != "a").then("days").alias("days"))
    assert firsts(given | {"time_to_event": unknown})["a"] == (None, None, None, False)


def test_incidence_is_aalen_and_johansen_s() -> None:
    """By hand: an event of 4 at risk, a death of 3, an event of 2: 1/4, then 1/4 + 3/4 x 2/3 x 1/2."""
    given = tables(
        {"a": "10", "b": "20 cardiac", "c": "30", "d": "800"},
        adverse_events=[happened("a", 10), happened("c", 30)],
    )
    summary, curve = adverse_incidence(given)
    of_event = curve.filter(analysis="second_primary", cause="second_primary")
    assert of_event.select("day", "at_risk", "events", "incidence").rows() == [
        (0, 4, 0, 0.0),
        (10, 4, 1, 0.25),
        (20, 3, 0, 0.25),
        (30, 2, 1, 0.5),
        (800, 1, 0, 0.5),
    ]
    row = summary.filter(analysis="second_primary", cause="second_primary").row(0, named=True)
    assert (row["n"], row["events"], row["at_12"], row["at_24"], row["at_60"]) == (4, 2, 0.5, 0.5, None)
    assert summary.filter(analysis="second_primary", cause="death")["events"].to_list() == [1]
    assert set(summary["analysis"]) == set(FOLLOWED)


def test_a_registry_without_a_table_of_events_has_no_incidence_of_them_and_an_empty_table_says_none() -> None:
    given = tables({"a": "100", "b": "90 myeloma"})
    assert adverse_incidence(given)[0].filter(cause="second_primary").select("n", "events").rows() == [(2, 0)]
    without = {name: frame for name, frame in given.items() if name != "adverse_events"}
    summary, curve = adverse_incidence(without)
    assert (summary.schema, curve.schema) == (EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE)
    assert summary.is_empty()
    assert adverse_by_exposure(without).is_empty()


# --- by exposure


def pieces(given: Tables, exposure: str, event: str) -> list[tuple[Any, ...]]:
    [of] = [one for one in EXPOSURES if (one.exposure, one.event) == (exposure, event)]
    found = exposed_intervals(first_events(given, event), given, of).sort("patient_id", "start")
    return found.select("patient_id", "start", "stop", "in_state", "event").rows()


def test_time_before_an_exposure_is_not_exposed_and_maintenance_counts_for_good() -> None:
    drug = {"patient_id": "a", "phase": "maintenance", "start_date": 40, "last_dose_on": 50} | LENALIDOMIDE
    given = tables({"a": "100", "b": "70"}, given_drug=[drug], adverse_events=[happened("a", 90)])
    assert pieces(given, "lenalidomide_maintenance", "second_primary") == [
        ("a", 0, 40, 0, False),
        ("a", 40, 90, 1, True),
        ("b", 0, 70, 0, False),
    ]


def test_an_imid_counts_while_it_is_given_and_an_event_on_the_day_of_the_change_is_of_the_state_before() -> None:
    spans = [(10, 30), (25, 40), (60, None)]
    drugs = [{"patient_id": "a", "start_date": a, "last_dose_on": b} | LENALIDOMIDE for a, b in spans]
    given = tables({"a": "100"}, given_drug=drugs, adverse_events=[happened("a", 60, "venous_thromboembolism")])
    assert pieces(given, "imid", "venous_thromboembolism") == [
        ("a", 0, 10, 0, False),
        ("a", 10, 40, 1, False),
        ("a", 40, 60, 0, True),
    ]


def test_spans_that_overlap_or_touch_are_one_and_a_single_day_is_none() -> None:
    spans = {"b": [(5, 12)], "a": [(15, 20), (10, 30), (25, 40), (40, 45), (70, 70)], "c": [(-20, -5), (90, 200)]}
    drugs = [
        {"patient_id": who, "start_date": a, "last_dose_on": b} | LENALIDOMIDE for who in spans for a, b in spans[who]
    ]
    given = tables({"a": "100", "b": "100", "c": "100"}, given_drug=drugs)
    assert pieces(given, "imid", "venous_thromboembolism") == [
        ("a", 0, 10, 0, False),
        ("a", 10, 45, 1, False),
        ("a", 45, 100, 0, False),
        ("b", 0, 5, 0, False),
        ("b", 5, 12, 1, False),
        ("b", 12, 100, 0, False),
        ("c", 0, 90, 0, False),
        ("c", 90, 100, 1, False),
    ]


def test_spans_within_another_do_not_end_it() -> None:
    spans = {"b": [(15, 16)], "a": [(50, 60), (20, 40), (10, 90)]}
    drugs = [
        {"patient_id": who, "start_date": a, "last_dose_on": b} | LENALIDOMIDE for who in spans for a, b in spans[who]
    ]
    given = tables({"a": "100", "b": "16"}, given_drug=drugs)
    exposed = [piece[:3] for piece in pieces(given, "imid", "venous_thromboembolism") if piece[3] == 1]
    assert (exposed[0][1], exposed[-2][2], exposed[-1]) == (10, 90, ("b", 15, 16))


def test_time_before_registration_is_none_of_it_and_an_exposure_may_have_begun_in_it() -> None:
    drug = {"patient_id": "a", "start_date": 10, "last_dose_on": 30} | LENALIDOMIDE
    given = tables({"a": "100"}, given_drug=[drug])
    patients = given["patients"].with_columns(registered_on=pl.lit(on(20)))
    assert pieces(given | {"patients": patients}, "imid", "venous_thromboembolism") == [
        ("a", 20, 30, 1, False),
        ("a", 30, 100, 0, False),
    ]


def test_who_was_followed_for_a_day_has_one_and_who_for_an_unknown_time_or_none_has_none() -> None:
    given = tables({"a": "1", "b": "0", "c": "100"}, adverse_events=[happened("a", 1), happened("b", 0)])
    is_known = pl.when(pl.col("patient_id") != "c").then("event").alias("event")
    given |= {"time_to_event": given["time_to_event"].with_columns(is_known)}
    assert pieces(given, "lenalidomide_maintenance", "second_primary") == [("a", 0, 1, 0, True)]


@pytest.mark.parametrize(("last", "is_open"), [(-1, False), (0, True), (None, True)])
def test_a_drug_that_is_not_known_may_be_one_unless_it_was_over_before_the_line(
    last: int | None, is_open: bool
) -> None:
    unknown = {"patient_id": "a", "drug": None, "start_date": -50, "last_dose_on": last}
    drug = {"patient_id": "a", "start_date": 10, "last_dose_on": 60} | LENALIDOMIDE
    care = {"patient_id": "a", "purpose": "thrombosis", "start_date": 0, "end_date": 30}
    given = tables({"a": "100"}, given_drug=[unknown, drug], given_care=[care])
    assert bool(pieces(given, "imid", "venous_thromboembolism")) is not is_open
    assert bool(pieces(given, "prophylaxis_on_imid", "venous_thromboembolism")) is not is_open
    assert pieces(given, "lenalidomide_maintenance", "second_primary") == []  # which counts for good


def test_an_event_on_the_day_from_which_the_exposure_is_not_known_counts() -> None:
    unknown = {"patient_id": "a", "drug": None, "start_date": 40}
    given = tables({"a": "100"}, given_drug=[unknown], adverse_events=[happened("a", 40, "venous_thromboembolism")])
    assert pieces(given, "imid", "venous_thromboembolism") == [("a", 0, 40, 0, True)]


def test_prophylaxis_is_asked_as_long_as_the_imid_is_known() -> None:
    drugs = [
        {"patient_id": "a", "start_date": 10, "last_dose_on": 80} | LENALIDOMIDE,
        {"patient_id": "a", "drug": None, "start_date": 40},
    ]
    care = {"patient_id": "a", "purpose": "thrombosis", "start_date": 0, "end_date": 60}
    given = tables({"a": "100"}, given_drug=drugs, given_care=[care])
    assert pieces(given, "prophylaxis_on_imid", "venous_thromboembolism") == [("a", 10, 40, 1, False)]


def test_rates_of_no_event_and_of_less_than_a_year_have_r_s_exact_limits() -> None:
    """poisson.test(0, 10): 0, 0.3688879; poisson.test(2, 0.5): 4, 0.4844186, 14.4493753."""
    assert rate(0, 0.0) == {}
    assert rate(0, 10.0) == pytest.approx({"rate_per_100_years": 0.0, "rate_low": 0.0, "rate_high": 36.88879})
    assert rate(2, 0.5) == pytest.approx(
        {"rate_per_100_years": 400.0, "rate_low": 48.44186, "rate_high": 1444.93753}, rel=1e-6
    )


def test_prophylaxis_is_only_asked_of_the_time_on_an_imid() -> None:
    drug = {"patient_id": "a", "start_date": 10, "last_dose_on": 60} | LENALIDOMIDE
    care = {"patient_id": "a", "purpose": "thrombosis", "start_date": 0, "end_date": 30}
    given = tables({"a": "100", "b": "100"}, given_drug=[drug], given_care=[care])
    assert pieces(given, "prophylaxis_on_imid", "venous_thromboembolism") == [
        ("a", 10, 30, 1, False),
        ("a", 30, 60, 0, False),
    ]


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ([{"drug": None, "start_date": 40}], 40),
        ([{"drug": None, "start_date": None}], None),
        ([{"phase": None, "start_date": 40} | LENALIDOMIDE], 40),
        ([{"phase": "induction", "start_date": 40} | LENALIDOMIDE], 100),
    ],
)
def test_time_ends_where_the_exposure_is_no_longer_known(rows: list[dict[str, Any]], last: int | None) -> None:
    given = tables(
        {"a": "100"},
        given_drug=[{"patient_id": "a"} | row for row in rows],
        adverse_events=[happened("a", 90)],
    )
    found = pieces(given, "lenalidomide_maintenance", "second_primary")
    assert found == ([] if last is None else [("a", 0, min(last, 90), 0, last == 100)])


def test_rates_are_per_hundred_person_years_with_r_s_exact_limits() -> None:
    """poisson.test(5, 7.305)$conf.int * 100 of R 4.4: 22.2243, 159.7308."""
    people = {f"p{i}": "1000" for i in range(5)}
    events = [happened(who, 5336 // 10, "jaw_osteonecrosis") for who in people]
    care = [{"patient_id": who, "purpose": "bone", "start_date": 0, "end_date": None} for who in people]
    found = adverse_by_exposure(tables(people, adverse_events=events, given_care=care))
    of_jaw = found.filter(event="jaw_osteonecrosis").sort("is_exposed", descending=True).rows(named=True)
    exposed, not_exposed = of_jaw
    assert (exposed["n"], exposed["events"], not_exposed["n"], not_exposed["person_years"]) == (5, 5, 0, 0.0)
    assert exposed["person_years"] == pytest.approx(5 * 533 / 365.25)
    scale = 7.305 / exposed["person_years"]
    assert exposed["rate_low"] == pytest.approx(22.2243 * scale, rel=1e-4)
    assert exposed["rate_high"] == pytest.approx(159.7308 * scale, rel=1e-4)
    assert not_exposed["rate_per_100_years"] is None
    assert exposed["reason"] == "separation"


def test_the_hazard_ratio_of_pairs_is_that_of_their_events() -> None:
    """Ten pairs of one who is exposed from day 5 on and one who never is, followed until either has an event.

    So as many of both are at risk on each of these days, and the ratio is that of the events: 6 by 4.
    """
    until = {pair: 10 * pair for pair in range(1, 11)}
    people = {f"{who}{pair}": str(day) for pair, day in until.items() for who in "ab"}
    drugs = [{"patient_id": f"a{pair}", "start_date": 5} | LENALIDOMIDE for pair in until]
    drugs.append({"patient_id": "c", "start_date": 0, "drug": None})  # it may be one from the first day on
    events = [happened(f"{'ab'[pair > 6]}{pair}", day, "venous_thromboembolism") for pair, day in until.items()]
    given = tables(people | {"c": "100"}, given_drug=drugs, adverse_events=events)
    exposed, not_exposed = adverse_by_exposure(given).filter(exposure="imid").rows(named=True)
    assert (exposed["is_exposed"], not_exposed["is_exposed"]) == (True, False)
    assert exposed["hazard_ratio"] == pytest.approx(1.5, rel=1e-6)
    assert (exposed["reason"], not_exposed["hazard_ratio"], not_exposed["reason"]) == (None, None, None)
    counts = [(row["n"], row["events"], row["n_left_out"]) for row in (exposed, not_exposed)]
    assert counts == [(10, 6, 1), (20, 4, 1)]
    assert exposed["person_years"] == pytest.approx((550 - 50) / 365.25)
    assert not_exposed["person_years"] == pytest.approx((550 + 50) / 365.25)


def test_bone_agents_are_not_asked_of_a_registry_without_supportive_care() -> None:
    found = adverse_by_exposure(tables({"a": "100"}, adverse_events=[happened("a", 20)]))
    assert set(found["exposure"]) == {"lenalidomide_maintenance", "imid"}


# --- deaths


def test_deaths_are_of_myeloma_of_something_else_or_of_a_cause_that_is_not_known() -> None:
    given = tables(
        {"a": "10 myeloma", "b": "20 infection", "c": "30 ?", "d": "40 unknown", "e": "50", "f": "25 cardiac"}
    )
    summary, _ = mortality(given)
    of_deaths = summary.filter(analysis="death_cause", origin="diagnosis")
    assert dict(of_deaths.select("cause", "events").rows()) == {
        "myeloma_death": 1,
        "other_death": 2,
        "unknown_cause": 2,
    }
    assert set(of_deaths["n"]) == {6}


def test_a_death_of_myeloma_before_progression_was_seen_is_relapse() -> None:
    given = tables({"a": "10 myeloma", "b": "20 infection", "c": "90 infection pd 30", "d": "40 ?", "e": "50 cardiac"})
    of_relapse = mortality(given)[0].filter(analysis="non_relapse")
    assert dict(of_relapse.select("cause", "events").rows()) == {
        "relapse": 2,
        "non_relapse_death": 2,
        "unknown_cause": 1,
    }


def test_where_no_cause_was_ever_recorded_there_is_nothing_to_tell() -> None:
    summary, curve = mortality(tables({"a": "10 ?", "b": "20"}))
    assert (summary.schema, curve.schema) == (EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE)
    assert summary.is_empty()
