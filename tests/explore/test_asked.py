"""A link keeps the analysis, the run and the language, but for what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.session import Session
from flows.explore.workshop import Work
from tests.explore.conftest import Client
from transforms.cohorts import Analysis, Cohort

ANALYSIS = Analysis(
    origin="line_start",
    line=2,
    endpoint="PFS",
    cohorts=(Cohort("First & best", {"iss": ("II", "III")}), Cohort("b", {"year": ("2015..",)})),
)
KEPT = [
    *(("origin", "line_start"), ("line", "2"), ("endpoint", "PFS")),
    *(("a.name", "First & best"), ("a.iss", "II"), ("a.iss", "III"), ("b.name", "b"), ("b.year", "2015..")),
]


@pytest.fixture
def asked(client: Client) -> Iterator[Asked]:
    with client.explorer.runs.read(None) as (held, newest):
        words, store = Words("ja"), client.explorer.store
        yield Asked(
            ANALYSIS, held.registry, words, "TOKEN", Session(), Work(), store, 7, newest, parameters={"sort": "age"}
        )


def _fields(link: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(link).query)


def test_a_link_keeps_the_analysis_the_run_and_the_language(asked: Asked) -> None:
    link = asked.link("outcome")
    assert urlsplit(link).path == "/TOKEN/outcome"
    assert _fields(link) == [*KEPT, ("run", "7"), ("lang", "ja")]


def test_a_link_changes_adds_and_omits_fields(asked: Asked) -> None:
    link = asked.link("outcome", line=3, landmark=12.0, origin=None, **{"a.iss": ["I"], "run": None, "lang": None})
    changed = [(name, value) for name, value in KEPT if name not in ("line", "origin", "a.iss")]
    assert _fields(link) == [*changed, ("line", "3"), ("landmark", "12"), ("a.iss", "I")]


def test_only_the_page_itself_keeps_its_own_fields(asked: Asked) -> None:
    assert ("sort", "age") not in _fields(asked.link("patients"))
    assert ("sort", "age") in _fields(asked.here("patients"))
    assert dict(_fields(asked.here("patients", sort="name")))["sort"] == "name"


def test_a_patient_of_an_address_is_a_name_of_the_session(asked: Asked) -> None:
    link = asked.link("patient", patient=asked.alias("PATIENT-1"))
    assert "PATIENT-1" not in link
    assert asked.patient(dict(_fields(link))["patient"]) == "PATIENT-1"
    assert asked.patient("PATIENT-1") is None
