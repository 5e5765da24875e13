"""Risks of MGUS and smouldering myeloma, and their courses, worked by hand from section 10 of the guideline's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .build import day, findings, imaging, labs, marrow, patient, run, starts
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


@pytest.mark.parametrize(
    ("later", "steep", "predicted"),
    [
        ("2020-05-31 M 2.364", True, 1),  # 182 days of 2 mg/dL
        ("2020-05-31 M 2.363", False, None),
        ("2020-02-28 M 3.0", None, None),  # 89 days
        ("2020-05-31 SIF neg", False, None),  # none detectable
    ],
)
def test_all_progress_whose_m_protein_rises_by_two_milligrams_a_day(later: str, steep: Any, predicted: Any) -> None:
    row = risks(text=f"M 2.0\n{later}", diagnosis="SMM")["SMM.slope"]
    assert (row["points"], row["predicted"], row["horizon_years"]) == (steep, predicted, 5)


@pytest.mark.parametrize(
    ("isotype", "first", "later", "jsh2023", "imwg2016"),
    [
        ("IgD", "M 0.50", "2020-05-31 M 0.56", True, False),  # 12 %
        ("IgD", "M 0.50", "2020-05-31 M 0.54", False, False),
        ("IgD", "M 3.0", "2020-05-31 M 3.49", True, False),
        ("IgD", "M 3.0", "2020-05-31 M 3.5", True, True),
        ("IgD", "M 2.9", "2020-05-31 M 3.4", True, False),  # 17 %, but not from 3 g/dL
        ("IgD", "M 2.0", "2020-11-30 M 2.5", True, True),  # 25 % in a year
        ("IgD", "M 1.9", "2020-11-30 M 2.37", None, False),  # nobody looked in the first six months
        ("IgD", "M 1.9", "2020-11-30 M 2.39", True, False),
        ("IgG", "M 1.0 igg 2.0", "2020-11-30 M 1.0 igg 2.5", True, True),  # the immunoglobulin concerned
        ("IgG", "M 1.0 igg 1.0", "2020-05-31 M 1.0 igg 1.49", True, False),
        ("IgG", "M 3.0 igg 3.5", "2020-05-31 M 3.0 igg 4.0", True, True),
    ],
)
def test_the_m_protein_evolves_by_edition(isotype: str, first: str, later: str, jsh2023: Any, imwg2016: Any) -> None:
    for edition, rises in (("jsh2023", jsh2023), ("imwg2016", imwg2016)):
        text = f"{first} hemoglobin 13\n{later} hemoglobin 13"
        row = risks(edition, text=text, percent="15", isotype=isotype, diagnosis="SMM")["SMM.evolving"]
        assert row["risk_group"] == ("eMP" if rises else None if rises is None else "0")


CRAB = "2021-03-04 hemoglobin 8.4 calcium 12.6"


def course_of(text: str = CRAB, *, clone: Any = ("2018-03-05", "22"), line: str | None = None, **tables: Any) -> Any:
    who = patient(diagnosis="SMM", diagnosis_date=day("2018-03-05"), last_contact_date=day("2024-12-31"))
    seen = [marrow(*clone)] if clone else []
    out = run(who=who, labs=labs(text), marrow=seen, treatments=starts(line) if line else [], **tables)
    row = out["precursor_course"][0]
    return row["event"], row["progressed_by"], str(row["end_date"])


def test_an_event_alone_is_progression_of_a_clone_that_was_there() -> None:
    assert course_of(line="2021-03-15") == ("progression", "DX.myeloma", "2021-03-04")
    assert course_of(clone=("2018-03-05", "9.9")) == ("censored", None, "2024-12-31")
    assert course_of(clone=("2018-03-05", "10")) == ("progression", "DX.myeloma", "2021-03-04")
    assert course_of(clone=None) == ("censored", None, "2024-12-31")
    proven = findings("2019-01-01", biopsy_proven_plasmacytoma=True)
    assert course_of(clone=None, findings=proven) == ("progression", "DX.myeloma", "2021-03-04")
    lesions = [imaging("2021-03-01", modality="ct", lytic_lesions=6)]
    assert course_of("2018-03-05 M 2", imaging=lesions) == ("progression", "DX.myeloma", "2021-03-01")
    # a biomarker alone: 150 to 1
    assert course_of("2021-03-04 K 150 L 1") == ("progression", "DX.myeloma", "2021-03-04")


def test_an_event_that_is_not_due_to_the_tumour_is_no_progression() -> None:
    rows_ = [row | {"attributed_to_myeloma": False} for row in labs("2021-03-04 hemoglobin 9.4")]
    who = patient(diagnosis="SMM", diagnosis_date=day("2018-03-05"), last_contact_date=day("2024-12-31"))
    out = run(who=who, labs=rows_, marrow=[marrow("2018-03-05", "22")])
    assert [row["event"] for row in out["precursor_course"]] == ["censored"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2021-03-04", ("progression", "DX.myeloma", "2021-03-04")),  # dated on the start
        ("2021-03-03", ("treated_before_progression", None, "2021-03-03")),
    ],
)
def test_after_treatment_began_an_event_is_no_progression_of_a_precursor(line: str, expected: Any) -> None:
    assert course_of(line=line) == expected


def test_amyloidosis_that_is_found_is_progression() -> None:
    found = findings("2020-06-01", al_amyloidosis=True)
    assert course_of("2018-03-05 M 2", line="2020-06-15", findings=found) == ("progression", "DX.al", "2020-06-01")
