"""Solitary plasmacytoma, and myeloma by a biomarker only: who has it, and what is its progression (section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, imaging, labs, marrow, patient, rows, starts
from tests.transforms.test_frailty import finding

ON = "2019-12-01"
WELL = f"{ON} M 0.3 Ca 9.5 creatinine 0.8 creatinine_clearance 90 hemoglobin 13 K 10 L 10"
PROVEN = [finding(ON, "biopsy_proven_plasmacytoma", present=True)]
ONE_LESION = [imaging(ON, modality="ct", lytic_lesions=1), imaging(ON, modality="mri", focal_lesions=1)]
NO_LESION = [imaging(ON, modality="ct", lytic_lesions=0), imaging(ON, modality="mri", focal_lesions=0)]


def values(text: str) -> list[Row]:
    """Calcium and haemoglobin with the limits of the laboratory, without which an event is unknown."""
    limits = {"calcium": {"ref_high": Decimal("10.1")}, "hemoglobin": {"ref_low": Decimal(12)}}
    return [row | limits.get(row["analyte"], {}) for row in labs(text)]


def plasmacytoma(text: str = "", *, diagnosis: str | None = "plasmacytoma", **tables: Any) -> Outcome:
    who = patient(diagnosis=diagnosis, isotype="IgG", light_chain="kappa", last_contact_date=day("2024-12-01"))
    given: dict[str, Any] = {"treatments": [], "marrow": [marrow(ON, "3")], "findings": PROVEN}
    scans = ONE_LESION + tables.pop("scans", [])
    return judged("", who=who, labs=values(f"{WELL}\n{text}"), imaging=scans, **given | tables)


def biomarkers(text: str = "", *, diagnosis: str | None = "MM", ratio: str = "K 1000 L 10", **tables: Any) -> Outcome:
    who = patient(diagnosis=diagnosis, isotype="IgG", light_chain="kappa", last_contact_date=day("2024-12-01"))
    given: dict[str, Any] = {"treatments": [], "marrow": [marrow(ON, "20")]}
    scans = tables.pop("first_scans", NO_LESION) + tables.pop("scans", [])
    found = values(f"{WELL.replace('K 10 L 10', ratio)}\n{text}")
    return judged("", who=who, labs=found, imaging=scans, **given | tables)


def course(out: Outcome, precursor: str) -> Row:
    [row] = [row for row in out["precursor_course"] if row["precursor"] == precursor]
    return row


def told(row: Row) -> tuple[Any, ...]:
    return row["event"], row["progressed_by"], row["end_date"]


def precursors(out: Outcome) -> list[str]:
    return [row["precursor"] for row in out["precursor_course"]]


@pytest.mark.criterion("PLASMACYTOMA.progression")
def test_a_plasmacytoma_has_a_course_where_it_is_solitary(
    recorded: Outcome = plasmacytoma(),
    derived: Outcome = plasmacytoma(diagnosis=None),
    several: Outcome = plasmacytoma(
        f"{ON} U 0",
        marrow=[marrow(ON, "0")],
        scans=[imaging(ON, modality="pet_ct", lytic_lesions=2)],
    ),
) -> None:
    assert derived["diagnosis"][0]["derived"] == "DX.plasmacytoma_minimal_marrow"
    assert [precursors(out) for out in (recorded, derived)] == [["plasmacytoma"]] * 2
    assert (several["diagnosis"][0]["derived"], precursors(several)) == ("DX.multiple_plasmacytoma", [])
    assert told(course(recorded, "plasmacytoma")) == ("censored", None, day("2024-12-01"))


LATER = {
    "2021-06-01 hemoglobin 9": None,  # beside one lesion and 3 % in marrow
    "2021-06-01 K 1000 L 10": None,
    "2021-06-01 circulating_plasma_cells 2500 circulating_plasma_cells_percent 25": "DX.pcl",
}


@pytest.mark.criterion("PLASMACYTOMA.progression")
def test_an_event_or_biomarker_alone_is_no_progression_of_a_plasmacytoma(
    outs: Mapping[str, Outcome] = {text: plasmacytoma(text) for text in LATER},
) -> None:
    assert {text: course(out, "plasmacytoma")["progressed_by"] for text, out in outs.items()} == LATER


@pytest.mark.criterion("PLASMACYTOMA.progression")
def test_a_second_lesion_is_progression_of_a_plasmacytoma(
    lesions: Outcome = plasmacytoma(scans=[imaging("2021-06-01", modality="ct", lytic_lesions=2)]),
    focal: Outcome = plasmacytoma(scans=[imaging("2021-06-01", modality="mri", focal_lesions=2)]),
    the_same: Outcome = plasmacytoma(scans=[imaging("2021-06-01", modality="ct", lytic_lesions=1)]),
    unproven: Outcome = plasmacytoma(findings=[], scans=[imaging("2021-06-01", modality="ct", lytic_lesions=2)]),
) -> None:
    progressed = ("progression", "DX.myeloma", day("2021-06-01"))
    assert [told(course(out, "plasmacytoma")) for out in (lesions, focal, unproven)] == [progressed] * 3
    assert course(the_same, "plasmacytoma")["event"] == "censored"


@pytest.mark.criterion("PLASMACYTOMA.progression")
def test_an_event_is_progression_of_a_plasmacytoma_once_a_marrow_showed_a_clone(
    shown: Outcome = plasmacytoma("2021-06-01 hemoglobin 9", marrow=[marrow(ON, "3"), marrow("2020-12-01", "10")]),
    below: Outcome = plasmacytoma("2021-06-01 hemoglobin 9", marrow=[marrow(ON, "3"), marrow("2020-12-01", "9.9")]),
) -> None:
    assert course(below, "plasmacytoma")["event"] == "censored"
    assert told(course(shown, "plasmacytoma"))[:2] == ("progression", "DX.myeloma")


IRRADIATED = [starts("2020-01-10")[0] | {"phase": "radiotherapy", "drugs": None}]


@pytest.mark.criterion("PLASMACYTOMA.progression")
def test_radiotherapy_does_not_end_the_course_of_a_plasmacytoma_and_a_drug_does(
    irradiated: Outcome = plasmacytoma(
        treatments=IRRADIATED, scans=[imaging("2021-06-01", modality="ct", lytic_lesions=2)]
    ),
    treated: Outcome = plasmacytoma(
        treatments=[*IRRADIATED, starts("2021-05-31")[0] | {"line": 2}],
        scans=[imaging("2021-06-01", modality="ct", lytic_lesions=2)],
    ),
    in_one_line: Outcome = plasmacytoma(
        treatments=[*IRRADIATED, *starts("2021-05-31")],
        scans=[imaging("2021-05-31", modality="ct", lytic_lesions=2)],
    ),
) -> None:
    assert told(course(irradiated, "plasmacytoma")) == ("progression", "DX.myeloma", day("2021-06-01"))
    assert told(course(treated, "plasmacytoma")) == ("treated_before_progression", None, day("2021-05-31"))
    assert told(course(in_one_line, "plasmacytoma")) == ("progression", "DX.myeloma", day("2021-05-31"))


@pytest.mark.criterion("SLIM.progression")
def test_myeloma_is_by_biomarkers_only_where_every_event_is_known_to_be_absent(
    by_light_chains: Outcome = biomarkers(),
    by_marrow: Outcome = biomarkers(ratio="K 10 L 10", marrow=[marrow(ON, "60")]),
    damaged: Outcome = biomarkers(first_scans=[imaging(ON, modality="ct", lytic_lesions=1)]),
    unscanned: Outcome = biomarkers(first_scans=[]),
) -> None:
    assert [precursors(out) for out in (by_light_chains, by_marrow, damaged, unscanned)] == [["SLiM"]] * 2 + [[]] * 2


@pytest.mark.criterion("SLIM.progression")
def test_below_every_biomarker_there_is_none(
    by_light_chains: Outcome = biomarkers(ratio="K 999 L 10"),
    by_marrow: Outcome = biomarkers(ratio="K 10 L 10", marrow=[marrow(ON, "59.9")]),
) -> None:
    assert [precursors(out) for out in (by_light_chains, by_marrow)] == [[]] * 2


@pytest.mark.criterion("SLIM.progression")
def test_what_was_recorded_as_smouldering_and_is_myeloma_by_a_biomarker_has_both_courses(
    out: Outcome = biomarkers(diagnosis="SMM"),
) -> None:
    assert precursors(out) == ["SLiM", "SMM"]
    assert course(out, "SMM")["progressed_on"] == day(ON)
    assert course(out, "SLiM")["event"] == "censored"


EVENTS = {
    "2021-06-01 Ca 11.1": "MDE.calcium",
    "2021-06-01 Ca 11": None,
    "2021-06-01 creatinine 2.1": "MDE.renal",
    "2021-06-01 creatinine 2.0": None,
    "2021-06-01 hemoglobin 9.9": "MDE.anaemia",
    "2021-06-01 hemoglobin 10": None,
    "2021-06-01 hemoglobin 9.9 Ca 11.1": "MDE.calcium",
    "2021-06-01 K 2000 L 10": None,  # a biomarker is no event
}


@pytest.mark.criterion("SLIM.progression")
def test_any_event_is_progression_to_organ_damage_and_a_biomarker_is_not(
    outs: Mapping[str, Outcome] = {text: biomarkers(text) for text in EVENTS},
    bone: Outcome = biomarkers(scans=[imaging("2021-06-01", modality="ct", lytic_lesions=1)]),
) -> None:
    assert {text: course(out, "SLiM")["progressed_by"] for text, out in outs.items()} == EVENTS
    assert told(course(bone, "SLiM")) == ("progression", "MDE.bone", day("2021-06-01"))


@pytest.mark.criterion("SLIM.progression")
def test_no_marrow_is_needed_where_the_record_says_myeloma(
    out: Outcome = biomarkers("2021-06-01 hemoglobin 9.9", marrow=[]),
) -> None:
    assert told(course(out, "SLiM")) == ("progression", "MDE.anaemia", day("2021-06-01"))


@pytest.mark.criterion("SLIM.progression")
def test_most_are_treated_at_once_and_what_nobody_looked_for_by_then_is_named(
    treated: Outcome = biomarkers("2020-06-01 Ca 9.5 creatinine 0.8 hemoglobin 12", treatments=starts("2020-06-10")),
    recorded: Outcome = biomarkers(assessments=rows("assessed_on", "2021-01-01", response="PD")),
) -> None:
    row = course(treated, "SLiM")
    assert (row["event"], row["end_date"]) == ("treated_before_progression", day("2020-06-10"))
    assert row["unknown_because"] == ["bone_imaging"]
    assert told(course(recorded, "SLiM")) == ("progression", "recorded", day("2021-01-01"))
