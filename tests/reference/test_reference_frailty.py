"""Frailty, and what AL amyloidosis and POEMS ask for, by hand from sections 12 and 13 of the guideline's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .build import day, findings, labs, patient, run, starts, treated
from .clinic import age_years

START = "2020-01-01"


def frail(model: str, birth: str, **scores: str) -> tuple[Any, Any]:
    who = patient(birth_date=day(birth))
    out = run(who=who, treatments=starts(START), findings=findings(START, **scores))["frailty"]
    return next((row["score"], row["frailty_group"]) for row in out if row["model"] == f"FRAIL.{model}")


@pytest.mark.parametrize(
    ("model", "birth", "scores", "expected"),
    [
        ("simplified", "1944-01-02", {"charlson": "1", "ecog": "0"}, (0, "non_frail")),  # 75 until tomorrow
        ("simplified", "1944-01-01", {"charlson": "1", "ecog": "0"}, (1, "non_frail")),
        ("simplified", "1944-01-01", {"charlson": "2", "ecog": "0"}, (2, "frail")),
        ("simplified", "1939-01-02", {"charlson": "1", "ecog": "1"}, (2, "frail")),  # 80
        ("simplified", "1939-01-01", {"charlson": "1"}, (None, "frail")),  # 81: 2 whatever ECOG is
        ("simplified", "1960-01-01", {"charlson": "1"}, (None, None)),
        ("imwg", "1960-01-01", {"adl": "5", "iadl": "6", "charlson": "1"}, (0, "fit")),
        ("imwg", "1960-01-01", {"adl": "4", "iadl": "6", "charlson": "1"}, (1, "intermediate")),
        ("imwg", "1960-01-01", {"adl": "4", "iadl": "5"}, (None, "frail")),
        ("imwg", "1944-01-01", {"adl": "5", "iadl": "6", "charlson": "2"}, (2, "frail")),
    ],
)
def test_frailty_at_the_start_of_a_line(model: str, birth: str, scores: Any, expected: Any) -> None:
    assert frail(model, birth, **scores) == expected


def test_frailty_is_given_at_every_line_or_at_diagnosis() -> None:
    def dates(*lines: str) -> list[Any]:
        return [(row["line"], str(row["on_date"])) for row in run(treatments=starts(*lines))["frailty"][::2]]

    assert dates() == [(None, "2019-12-01")]
    assert dates("2020-01-01", "2020-06-01") == [(1, "2020-01-01"), (2, "2020-06-01")]


def test_a_birthday_on_the_29th_of_february_is_on_the_1st_of_march() -> None:
    assert [age_years(day("2000-02-29"), day(on)) for on in ("2019-02-28", "2019-03-01", "2020-02-29")] == [18, 19, 20]


FIT = {"ecog": "1", "systolic_bp": "91"}


@pytest.mark.parametrize(
    ("text", "scores", "eligible", "against"),
    [
        ("troponin_t 0.059 egfr 51", FIT, True, []),
        ("troponin_t 0.06 egfr 51", FIT, False, ["AL.transplant_troponin"]),
        ("troponin_t <0.06 egfr 50", FIT, False, ["AL.transplant_egfr"]),
        ("troponin_t 0.01 egfr >50", FIT | {"systolic_bp": "90"}, False, ["AL.transplant_pressure"]),
        ("troponin_t 0.01 egfr 51", FIT | {"ecog": "2"}, False, ["AL.transplant_performance"]),
        ("troponin_t 0.01", FIT, None, []),
    ],
)
def test_transplant_in_al_at_its_bounds(text: str, scores: Any, eligible: Any, against: list[str]) -> None:
    who = patient(diagnosis="AL", birth_date=day("1950-01-02"))  # 69
    out = run(who=who, labs=labs(f"{START} {text}"), findings=findings(START, **scores), treatments=starts(START))
    row = out["al_transplant"][0]
    assert (row["eligible"], row["clauses_against"]) == (eligible, against)


NEGATIVE = "SIF neg UIF neg"


@pytest.mark.parametrize(
    ("baseline", "visit", "response", "dflc"),
    [
        ("K 10 L 110", f"K 10 L 30 {NEGATIVE}", "CR", 20),
        ("K 10 L 110", "K 10 L 30 SIF pos", "VGPR", 20),
        ("K 10 L 110", "K 10 L 50 SIF pos", "PR", 40),
        ("K 10 L 110", "K 10 L 60 SIF pos", "NR", 50),  # half: more than half is asked for
        ("K 10 L 110", "K 20 L 70", None, 50),  # its ratio is normal: no one looked whether it is a CR
        ("K 10 L 110", f"L 30 {NEGATIVE}", None, None),
        ("K 10 L 59", "K 10 L 30 SIF pos", None, 20),  # 49 can't show it
    ],
)
def test_response_of_al_amyloidosis(baseline: str, visit: str, response: Any, dflc: Any) -> None:
    text = f"{START} {baseline}\n2020-02-01 {visit}"
    out = run(who=patient(diagnosis="AL", light_chain="lambda"), labs=labs(text), treatments=starts(START))
    row = out["al_poems_visits"][0]
    assert (row["haematologic_response"], row["dflc_mg_l"]) == (response, dflc)


def test_vegf_joins_the_visit_and_changes_from_baseline() -> None:
    text = "2019-12-01 vegf 400\n2020-02-01 M 1\n2020-02-04 vegf 100\n2020-03-01 M 1\n2020-03-05 vegf 100"
    treatments = [treated(1, START, None, "lenalidomide")]
    out = run(who=patient(diagnosis="POEMS"), labs=labs(text), treatments=treatments)["al_poems_visits"]
    assert [(row["vegf_pg_ml"], row["vegf_change"]) for row in out] == [(100, Decimal("-0.75")), (None, None)]
