"""Risks of MGUS and smouldering myeloma, and their courses, worked by hand from section 10 of the guideline's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .build import day, findings, labs, marrow, patient, run
from .figures import Row

ON = "2019-12-01"


def risks(edition: str = "jsh2023", *, text: str, percent: str = "5", fish: str = "", **columns: Any) -> dict[str, Row]:
    rows = [
        {"patient_id": "p", "collected_on": day(ON), "abnormality": name.strip("-"), "result": _result(name)}
        for name in fish.split()
    ]
    out = run(edition, patient(**columns), labs=labs(f"{ON} {text}"), marrow=[marrow(ON, percent)], cytogenetics=rows)
    return {row["model"]: row for row in out["precursor_risk"]}


def _result(name: str) -> str:
    return "negative" if name.startswith("-") else "positive"


def told(row: Row) -> tuple[Any, Any, Any]:
    return (row["points"], row["risk_group"], row["predicted"])


@pytest.mark.parametrize(
    ("edition", "text", "isotype", "of_2005", "of_2018"),
    [
        ("jsh2023", "M 1.4 K 20 L 10", "IgG", (0, "0", "0.05"), (0, "0", "0.07")),
        ("imwg2016", "M 1.4 K 20 L 10", "IgG", (1, "1", "0.21"), (1, "1", "0.20")),
        ("jsh2023", "M 1.5 K 20.1 L 10", "IgA", (3, "3", "0.58"), (2, "2", "0.30")),
        ("jsh2023", "M 1.5", "IgG", (None, None, None), (None, None, None)),
        ("jsh2023", "M 1.5 K 10 L 10", "IgM", (2, "2", "0.37"), None),  # of 2018 is for non-IgM
    ],
)
def test_mgus_counts_its_factors(edition: str, text: str, isotype: str, of_2005: Any, of_2018: Any) -> None:
    found = risks(edition, text=text, isotype=isotype, diagnosis="MGUS")
    for model, expected in (("MGUS.2005", of_2005), ("MGUS.2018", of_2018)):
        if expected is None:
            assert model not in found
        else:
            points, group, share = expected
            assert told(found[model]) == (points, group, share and Decimal(share))


@pytest.mark.parametrize(
    ("edition", "text", "percent", "group"),
    [
        ("jsh2023", "M 2.0 K 200 L 10", "20", "2+"),  # all three at their bound, which counts in the source's text
        ("imwg2016", "M 2.0 K 200 L 10", "20", "0"),
        ("imwg2016", "M 2.1 K 200 L 10", "20", "1"),
        ("jsh2023", "M 2.0 K 200", "20", "2+"),  # two are enough
        ("jsh2023", "M 1.9 K 200", "20", None),
    ],
)
def test_two_twenty_twenty(edition: str, text: str, percent: str, group: str | None) -> None:
    row = risks(edition, text=text, percent=percent, diagnosis="SMM")["SMM.2_20_20"]
    assert row["risk_group"] == group


def test_the_fourth_factor_and_the_score_add_what_fish_finds() -> None:
    # M 3 of 1.5-3: 3; ratio 26 of 25-40: 3; 21 % of 20-30: 3; FISH 2: 11 points
    found = risks(text="M 3 K 260 L 10", percent="21", fish="t(4;14) -gain1q", diagnosis="SMM")
    assert told(found["SMM.4_factor"]) == (4, "3+", Decimal("0.63"))
    assert told(found["SMM.score"]) == (11, "9-12", Decimal("0.51"))
    # without FISH 9 or 11: the same group
    found = risks(text="M 3 K 260 L 10", percent="21", fish="-t(4;14)", diagnosis="SMM")
    assert told(found["SMM.score"]) == (None, "9-12", Decimal("0.51"))
    assert told(found["SMM.4_factor"]) == (None, "3+", Decimal("0.63"))


def test_a_course_ends_with_progression_death_or_last_contact() -> None:
    amyloidosis = findings("2020-12-01", al_amyloidosis=True)
    out = run(who=patient(diagnosis="MGUS"), findings=amyloidosis)["precursor_course"]
    assert [(row["event"], row["progressed_by"], row["end_date"]) for row in out] == [
        ("progression", "DX.al", day("2020-12-01"))
    ]
    out = run(who=patient(diagnosis="SMM"))["precursor_course"]
    assert [(row["precursor"], row["event"], row["end_date"]) for row in out] == [
        ("SMM", "censored", day("2021-12-31"))
    ]
    dead = patient(diagnosis="SMM", vital_status="dead", death_date=day("2021-06-01"))
    assert [row["event"] for row in run(who=dead)["precursor_course"]] == ["death"]
