"""Derived against recorded response: the confusion matrix, kappa by site, and the order in which to review visits."""

from __future__ import annotations

from typing import Any

from flows.audit import recorded_responses
from flows.audit.measure import measure
from rules.criterion import load_edition
from tests.sql.query_store import stored

HEAD_OF_VISITS = "patient_id | line | visit_date | response | possible_response | confirmed_response"
HEAD_OF_ASSESSMENTS = "patient_id | assessed_on | response | line"


def compared(columns: str, table: str, **tables: str) -> list[tuple[Any, ...]]:
    with stored(**tables) as connection:
        measure(connection, load_edition(), parts=[recorded_responses])
        return connection.execute(f"select {columns} from {table} order by all nulls first").fetchall()


def course(patient: str, *looks: str) -> dict[str, str]:
    """A patient's visits, a month apart, each as "recorded derived confirmed"."""
    visits, assessments = [], []
    for month, look in enumerate(looks, start=2):
        recorded, derived, confirmed = look.split()
        visits.append(f"{patient} | 1 | 2020-{month:02}-01 | {derived} | {derived} | {confirmed}")
        if recorded != "-":
            assessments.append(f"{patient} | 2020-{month:02}-01 | {recorded} | 1")
    return {"visits": "\n".join(visits), "assessments": "\n".join(assessments)}


def registry(courses: dict[str, dict[str, str]], progressions: dict[str, str]) -> dict[str, str]:
    lines = [f"{p} | 1 | 2020-01-01 | {progressions.get(p, '')}" for p in courses]
    return {
        "patients": "\n".join(["patient_id | site_id", *(f"{patient} | S1" for patient in courses)]),
        "lines": "\n".join(["patient_id | line | start_date | progression_date", *lines]),
        "visits": "\n".join([HEAD_OF_VISITS, *(course["visits"] for course in courses.values())]),
        "assessments": "\n".join([HEAD_OF_ASSESSMENTS, *(course["assessments"] for course in courses.values())]),
    }


COURSES = {
    "agreed": course("agreed", "PR PR PR", "PD PD PD"),
    "added": course("added", "PR PR PR", "PD SD SD", "PD SD SD"),
    "unconfirmed": course("unconfirmed", "PR PR PR", "PD PD SD"),
    "removed": course("removed", "PR PR PR", "SD PD PD", "SD PD PD"),
    "earlier": course("earlier", "PD SD SD", "PD SD SD", "PD PD PD"),
    "later": course("later", "PR PD PD", "PD PD PD"),
    "not_judged": course("not_judged", "PR PR PR", "- PD PD", "PD PD PD"),
    "response": course("response", "SD PR PR"),
    "far": course("far", "sCR PR PR"),
    "near": course("near", "VGPR PR PR"),
    "not_evaluable": course("not_evaluable", "NE PR PR", "PR NE NE"),
}
PROGRESSIONS = {
    "agreed": "2020-03-01",
    "removed": "2020-03-01",
    "earlier": "2020-04-01",
    "later": "2020-02-01",
    "not_judged": "2020-03-01",
}


def test_visits_that_would_change_pfs_come_first_then_response_then_the_furthest_apart() -> None:
    found = compared(
        *("rank, patient_id, visit_date::varchar, consequence, days", "agreement_review"),
        **registry(COURSES, PROGRESSIONS),
    )
    assert [row[1:] for row in found] == [
        ("added", "2020-03-01", "progression_added", None),  # the first recorded PD decides
        ("removed", "2020-03-01", "progression_removed", None),  # the visit that dates the progression
        ("unconfirmed", "2020-03-01", "progression_added", None),  # agrees at its visit, but not for the PFS
        ("earlier", "2020-02-01", "progression_earlier", -60),
        ("later", "2020-02-01", "progression_later", 29),
        ("response", "2020-02-01", "response", None),
        ("far", "2020-02-01", "category", None),
        ("added", "2020-04-01", "category", None),
        ("earlier", "2020-03-01", "category", None),
        ("near", "2020-02-01", "category", None),
        ("removed", "2020-04-01", "category", None),
    ]
    assert [row[0] for row in found] == list(range(1, 12))


def test_a_line_whose_progression_the_clinic_alone_reports_has_no_pfs_to_change() -> None:
    tables = registry({"p": course("p", "PD NE NE")}, {"p": "2020-02-01"})
    tables["lines"] = """
        patient_id | line | start_date | progression_date | progression_source
        p          | 1    | 2020-01-01 | 2020-02-01       | reported
    """
    assert compared("rank", "agreement_review", **tables) == []


def test_the_matrix_counts_every_visit_that_was_judged_once() -> None:
    courses = {name: COURSES[name] for name in ("agreed", "response", "not_evaluable", "not_judged")}
    found = compared("*", "response_agreement", **registry(courses, PROGRESSIONS))
    assert found == [
        (1, "NE", "PR", 1),
        (1, "PD", "PD", 2),
        (1, "PR", "NE", 1),
        (1, "PR", "PR", 2),
        (1, "SD", "PR", 1),
    ]


def test_kappa_leaves_out_what_is_not_evaluable_and_is_there_for_both_kinds_of_response() -> None:
    courses = {name: COURSES[name] for name in ("agreed", "unconfirmed", "not_evaluable")}
    found = compared(*("compared, site, visits, kappa = 1", "response_kappa"), **registry(courses, PROGRESSIONS))
    assert found == [
        ("confirmed_response", None, 4, False),
        ("confirmed_response", "S1", 4, False),
        ("response", None, 4, True),
        ("response", "S1", 4, True),
    ]


def test_without_assessments_there_is_nothing_to_compare() -> None:
    tables = registry({"p": course("p", "- PR PR")}, {})
    del tables["assessments"]
    assert compared("*", "response_kappa", **tables) == []
