"""What was recorded and could not be read is not read as not having happened (C.unknown)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.one_patient import judged, last_visit, line, responses, time_to
from tests.reference.build import imaging, labs, marrow, patient, rows, starts
from tests.reference.figures import Row

COMPLETE = """
    2020-01-01  M 3.0  U 0
    2020-02-01  M 0  U 0  SIF neg  UIF neg
    2020-03-01  M 0  U 0  SIF neg  UIF neg
"""
MARROW = [marrow("2020-02-01", "2", "not_detected")]


def lost(table: str, on: str | None = None, **known: Any) -> list[Row]:
    return [{"patient_id": "p", "table": table, "dated_on": date.fromisoformat(on) if on else None, **known}]


def unread(on: str, *columns: str, **others: Any) -> Row:
    return imaging(on, **others) | {"unreadable": list(columns)}


def response_of(**tables: Any) -> tuple[str, list[str]]:
    out = judged(COMPLETE, marrow=MARROW, **tables)
    return responses(out), last_visit(out)["limited_by"]


def test_everything_read_is_complete() -> None:
    assert response_of(imaging=[imaging("2020-02-01")])[0] == "CR CR"


@pytest.mark.parametrize("column", ["new_bone_lesion", "bone_lesion_progression"])
def test_a_bone_lesion_that_could_not_be_read_is_not_none_and_is_named(column: str) -> None:
    out = judged(COMPLETE, marrow=MARROW, imaging=[unread("2020-03-01", column)])
    assert (responses(out), "bone_imaging" in last_visit(out)["limited_by"]) == ("CR CR", True)
    assert last_visit(out)["response"] == "CR", "a progression that is unknown takes no response away"
    evidence = out["visit_evidence"][-1]
    assert evidence["PD.bone"] is None
    read = judged(COMPLETE, marrow=MARROW, imaging=[imaging("2020-03-01", new_bone_lesion=False)])
    assert "bone_imaging" not in last_visit(read)["limited_by"]


def test_a_lesion_recorded_as_absent_beside_one_that_could_not_be_read_is_unknown() -> None:
    absent = imaging("2020-03-01", new_bone_lesion=False, bone_lesion_progression=False)
    found = judged(COMPLETE, imaging=[absent, unread("2020-03-01", "new_bone_lesion")])["visit_evidence"]
    assert [row["PD.bone"] for row in found] == [None, None]
    assert judged(COMPLETE, imaging=[absent])["visit_evidence"][-1]["PD.bone"] is False
    there = imaging("2020-03-01", new_bone_lesion=True)
    found = judged(COMPLETE, imaging=[there, unread("2020-03-01", "bone_lesion_progression")])["visit_evidence"]
    assert found[-1]["PD.bone"] is True


@pytest.mark.parametrize(
    ("cells", "refused_row", "expected"),
    [
        ([unread("2019-12-20", "plasmacytoma_spd_mm2")], [], "SD SD"),
        ([], lost("imaging", "2019-12-20"), "SD SD"),
        ([], lost("imaging"), "SD SD"),
        ([unread("2020-02-01", "new_plasmacytoma")], [], "VGPR VGPR"),
        ([unread("2020-02-01", "new_plasmacytoma"), imaging("2020-03-01", "0")], [], "VGPR CR"),
        ([unread("2020-02-01", "plasmacytoma_spd_mm2")], [], "VGPR VGPR"),
        ([], lost("imaging", "2020-03-01"), "CR VGPR"),
        ([], lost("marrow", "2020-03-01"), "CR CR"),
    ],
)
def test_a_plasmacytoma_that_could_not_be_read_is_not_none(
    cells: list[Row], refused_row: list[Row], expected: str
) -> None:
    found, limits = response_of(imaging=cells, refused_row=refused_row)
    assert found == expected
    assert ("plasmacytoma" in limits) == (not expected.endswith("CR"))


def test_a_figure_that_could_not_be_read_is_not_none_beside_a_negative_immunofixation() -> None:
    text = """
        2020-01-01  M 3.0  U 0
        2020-02-01  SIF neg  UIF neg
    """
    gone = labs("2020-02-01  M 1")[0] | {"value": None, "unreadable": ["value"]}
    assert responses(judged(text, marrow=MARROW)) == "CR"
    out = judged("", labs=[*labs(text), gone], marrow=MARROW)
    assert (responses(out), "serum_m_protein" in last_visit(out)["limited_by"]) == ("NE", True)
    refused_row = lost("labs", "2020-02-01", kind="serum_m_protein")
    assert responses(judged(text, marrow=MARROW, refused_row=refused_row)) == "NE"
    assert responses(judged(text, marrow=MARROW, refused_row=lost("labs", "2020-02-01"))) == "NE"
    assert responses(judged(text, marrow=MARROW, refused_row=lost("labs", "2020-02-01", kind="ldh"))) == "CR"
    before = "2019-11-10  M 1.2\n2019-12-20  SIF neg"
    baseline = line(judged(before, refused_row=lost("labs", "2019-12-22", kind="serum_m_protein")))
    assert baseline["measurable_by"] == "serum"
    assert line(judged(before))["measurable_by"] == "none"


def test_an_attribution_that_could_not_be_read_is_named() -> None:
    row = labs("2020-03-01  Ca 12.0  Alb 4")
    row[0]["unreadable"] = ["attributed_to_myeloma"]
    out = judged("", labs=[*labs(COMPLETE), *row], marrow=MARROW)
    assert "calcium_attribution" in last_visit(out)["limited_by"]


@pytest.mark.parametrize(
    ("comparator", "percent", "expected"),
    [("<", "5", "CR CR"), ("<=", "5", "VGPR VGPR"), (">", "4", "VGPR VGPR"), (None, "4.9", "CR CR")],
)
def test_a_marrow_may_be_a_bound(comparator: str | None, percent: str, expected: str) -> None:
    found = marrow("2020-02-01", percent) | {"plasma_cell_percent_comparator": comparator}
    assert responses(judged(COMPLETE, marrow=[found])) == expected


@pytest.mark.parametrize(
    ("comparator", "size", "is_pd"),
    [(None, "150", True), (None, "149", False), (">=", "150", True), ("<", "150", False), (">", "100", None)],
)
def test_a_plasmacytoma_may_be_a_bound(comparator: str | None, size: str, is_pd: bool | None) -> None:
    seen = imaging("2020-03-01", size, new_plasmacytoma=False) | {"plasmacytoma_spd_mm2_comparator": comparator}
    out = judged(COMPLETE, imaging=[imaging("2020-01-01", "100"), seen])
    assert out["visit_evidence"][-1]["PD.plasmacytoma"] is is_pd


PD = rows("assessed_on", "2020-03-01", response="PD")


@pytest.mark.parametrize(
    ("refused_row", "pfs"),
    [
        ([], (60, True, "progression")),
        (lost("assessments"), (None, None, "unreadable")),
        (lost("assessments", "2020-02-01"), (None, None, "unreadable")),
        (lost("assessments", "2020-03-01"), (60, True, "progression")),
        (lost("assessments", line=2), (60, True, "progression")),
        (lost("assessments", "2020-05-01"), (60, True, "progression")),
        (lost("labs"), (60, True, "progression")),
    ],
)
def test_a_refused_assessment_leaves_open_what_it_could_have_dated(
    refused_row: list[Row], pfs: tuple[Any, ...]
) -> None:
    out = judged("", assessments=PD, refused_row=refused_row)
    assert time_to(out, "PFS") == time_to(out, "TTP") == time_to(out, "EFS") == pfs
    assert line(out)["progression_date"] == (date(2020, 3, 1) if pfs[0] else None)
    assert line(out)["progression_source"] == ("reported" if pfs[0] else None)
    assert time_to(out, "OS") == (730, False, "last_contact")


def test_a_refused_assessment_alone_is_no_event_free_line() -> None:
    assert time_to(judged("", refused_row=lost("assessments")), "PFS") == (None, None, "unreadable")
    assert time_to(judged(""), "PFS") is None
    seen = judged(COMPLETE, refused_row=lost("assessments"))
    assert time_to(seen, "PFS") == (60, False, "last_assessment"), "what the visits show needs no record"


@pytest.mark.parametrize(
    ("refused_row", "expected"),
    [
        (lost("treatments", "2020-06-01", line=2), (None, None, "unreadable")),
        (lost("treatments"), (None, None, "unreadable")),
        (lost("treatments", line=1), (730, False, "last_contact")),
        (lost("treatments", "2019-12-01", line=2), (730, False, "last_contact")),
    ],
)
def test_a_refused_treatment_may_have_begun_the_next_line(refused_row: list[Row], expected: tuple[Any, ...]) -> None:
    assert time_to(judged("", refused_row=refused_row), "TTNT") == expected


def test_a_refused_treatment_after_the_next_line_changes_nothing() -> None:
    out = judged(
        "", treatments=starts("2020-01-01", "2020-03-01"), refused_row=lost("treatments", "2020-05-01", line=3)
    )
    assert time_to(out, "TTNT") == (60, True, "next_line")
    assert time_to(out, "TTNT", 2) == (None, None, "unreadable")


def test_a_refused_treatment_may_have_begun_a_line_before_the_next_that_is_known() -> None:
    treatments = [starts("2020-01-01")[0], {"patient_id": "p", "line": 3, "start_date": date(2020, 3, 1)}]
    found = {
        number: time_to(judged("", treatments=treatments, refused_row=refused_row), "TTNT")
        for number, refused_row in enumerate(
            [
                lost("treatments", "2020-02-01", line=2),
                lost("treatments", line=2),
                lost("treatments", line=4),
                lost("treatments"),
            ]
        )
    }
    known, unknown = (60, True, "next_line"), (None, None, "unreadable")
    assert found == {0: unknown, 1: unknown, 2: known, 3: unknown}


def test_between_two_lines_that_follow_each_other_there_is_no_other() -> None:
    for refused_row in (lost("treatments"), lost("treatments", "2020-02-01")):
        out = judged("", treatments=starts("2020-01-01", "2020-03-01"), refused_row=refused_row)
        assert time_to(out, "TTNT") == (60, True, "next_line")


def test_a_date_of_death_that_could_not_be_read_leaves_survival_open() -> None:
    for status in ("dead", "alive"):
        out = judged("", who=patient(vital_status=status, unreadable=["death_date"]))
        assert time_to(out, "OS") == (None, None, "contradictory")


def test_a_test_between_that_could_not_be_read_leaves_lasting_negativity_open() -> None:
    negative = {"method": "NGF", "sensitivity": 0.00001, "result": "negative"}
    done = rows("collected_on", "2020-06-01 2021-06-01", **negative)
    scans = rows("performed_on", "2020-06-01 2021-06-01", modality="pet_ct", fdg_uptake="negative")

    def sustained(refused_row: list[Row], *more: Row) -> list[Any]:
        out = judged("", mrd=done, imaging=[*scans, *more], refused_row=refused_row)
        return [row["mrd"] for row in out["mrd_status"] if row["category"] == "sustained"]

    assert sustained([]) == ["negative"]
    assert sustained([], unread("2021-01-01", "fdg_uptake", modality="pet_ct")) == [None]
    assert sustained([], unread("2021-01-01", "fdg_uptake", modality="mri")) == ["negative"]
    assert sustained(lost("mrd", "2021-01-01", kind="NGF")) == [None]
    assert sustained(lost("mrd", "2021-01-01", kind="PCR")) == ["negative"]
    assert sustained(lost("mrd", "2021-07-01")) == ["negative"]
    assert sustained(lost("mrd")) == [None]


@pytest.mark.parametrize(
    ("comparator", "sensitivity", "expected"),
    [("<", 0.00001, "negative"), ("<=", 0.0001, None), (">", 0.000001, None), (None, 0.00001, "negative")],
)
def test_the_sensitivity_of_an_mrd_test_may_be_a_bound(
    comparator: str | None, sensitivity: float, expected: str | None
) -> None:
    test = {"method": "NGF", "result": "negative", "sensitivity": sensitivity, "sensitivity_comparator": comparator}
    assert [row["mrd"] for row in judged("", mrd=rows("collected_on", "2020-06-01", **test))["mrd_status"]] == [
        expected
    ]
