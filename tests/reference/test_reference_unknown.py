"""What a comparator decides and what could not be read leaves open, by hand (C.comparator, C.unknown)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .build import column, day, findings, imaging, labs, lost, marrow, patient, rows, run, starts
from .figures import Row

ONE = starts("2020-01-01")
COMPLETE = "2019-12-20 M 4.0 U 0\n2020-03-01 SIF neg UIF neg\n2020-04-01 SIF neg UIF neg"


@pytest.mark.parametrize(
    ("comparator", "percent", "response"),
    [("<", "5", "CR"), ("<=", "5", "VGPR"), ("<", "6", "VGPR"), (">", "4", "VGPR"), (None, "4.9", "CR")],
)
def test_a_marrow_below_five_is_below_five(comparator: str | None, percent: str, response: str) -> None:
    seen = marrow("2020-03-01", percent) | {"plasma_cell_percent_comparator": comparator}
    assert column(run(labs=labs(COMPLETE), marrow=[seen], treatments=ONE), "response") == [response] * 2


@pytest.mark.parametrize(
    ("comparator", "percent", "by"),
    [(">=", "30", "marrow"), (">", "30", "marrow"), (">", "29", "unknown"), ("<", "30", "none")],
)
def test_a_comparator_decides_whether_marrow_is_measurable(comparator: str, percent: str, by: str) -> None:
    seen = marrow("2019-12-20", percent) | {"plasma_cell_percent_comparator": comparator}
    out = run(labs=labs("2019-12-20 M 0.5 U 0 K 10 L 10"), marrow=[seen], treatments=ONE)
    assert column(out, "measurable_by", "lines") == [by]


@pytest.mark.parametrize(
    ("comparator", "sensitivity", "mrd"),
    [("<", "0.00001", "negative"), ("<=", "0.0001", None), (">", "0.000001", None), (None, "0.00001", "negative")],
)
def test_the_sensitivity_of_an_mrd_test_may_be_a_bound(comparator: str | None, sensitivity: str, mrd: Any) -> None:
    test = {"method": "NGF", "result": "negative", "sensitivity": Decimal(sensitivity)}
    done = rows("collected_on", "2020-06-01", **test, sensitivity_comparator=comparator)
    assert column(run(mrd=done), "mrd", "mrd_status") == [mrd]


@pytest.mark.parametrize(
    ("comparator", "count", "against"),
    [(">=", "1", False), (">", "1", False), (">", "0", False), ("<", "1", True), ("<", "3", None), (">=", "0", None)],
)
def test_a_count_of_lesions_may_be_a_bound(comparator: str, count: str, against: bool | None) -> None:
    seen = imaging("2019-12-01", modality="ct", lytic_lesions=Decimal(count), lytic_lesions_comparator=comparator)
    row = run(imaging=[seen])["diagnosis"][0]
    found = {True: False, False: True, None: None}[against]
    assert ("MDE.bone" in row["clauses_for"], "MDE.bone" in row["clauses_against"]) == (found is True, found is False)


def test_a_score_may_be_a_bound() -> None:
    who = patient(birth_date=day("1960-01-01"))
    score = {"patient_id": "p", "observed_on": day("2020-01-01"), "finding": "ecog", "value": Decimal(2)}
    for comparator, group in ((">=", "frail"), (">", "frail"), ("<", "non_frail"), ("<=", None)):
        ecog = [score | {"value_comparator": comparator}, *findings("2020-01-01", charlson="1")]
        out = run(who=who, findings=ecog, treatments=ONE)["frailty"][0]
        assert (out["model"], out["frailty_group"]) == ("FRAIL.simplified", group)


def response(cells: list[Row], refused: list[Row] | None = None) -> list[tuple[Any, Any]]:
    seen = [marrow("2020-03-01", "2")]
    out = run(labs=labs(COMPLETE), marrow=seen, imaging=cells, refused_row=refused or [], treatments=ONE)
    return [(row["response"], row["possible_response"]) for row in out["visits"]]


def test_a_plasmacytoma_cell_that_could_not_be_read_is_not_no_plasmacytoma() -> None:
    assert response([imaging("2019-12-20")]) == [("CR", "sCR"), ("CR", "sCR")]
    unread = imaging("2019-12-20", unreadable=["plasmacytoma_spd_mm2"])
    assert response([unread]) == [("SD", "sCR")] * 2  # PR asks for half of what may have been there
    assert response([], [lost("imaging", "2019-12-20")]) == [("SD", "sCR")] * 2
    # in the line it may be one that is not gone: VGPR does not ask, CR does
    unread = imaging("2020-03-01", unreadable=["new_plasmacytoma"])
    assert response([unread]) == [("VGPR", "sCR")] * 2
    assert response([unread, imaging("2020-04-01", "0")]) == [("VGPR", "sCR"), ("CR", "sCR")]


def test_a_result_between_that_could_not_be_read_leaves_sustained_negativity_unknown() -> None:
    negative: dict[str, Any] = {"method": "NGF", "sensitivity": Decimal("0.00001"), "result": "negative"}
    done = rows("collected_on", "2020-06-01 2021-06-01", **negative)
    scans = rows("performed_on", "2020-06-01 2021-06-01", modality="pet_ct", fdg_uptake="negative")
    unread = rows("performed_on", "2021-01-01", modality="pet_ct", fdg_uptake=None, unreadable=["fdg_uptake"])

    def sustained(refused: list[Row], extra: list[Row]) -> list[Any]:
        found = run(mrd=done, imaging=scans + extra, refused_row=refused)["mrd_status"]
        return [row["mrd"] for row in found if row["category"] == "sustained"]

    assert sustained([], []) == ["negative"]
    assert sustained([], unread) == [None]
    assert sustained([lost("mrd", "2021-01-01", kind="NGF")], []) == [None]
    assert sustained([lost("mrd", "2021-07-01", kind="NGF"), lost("mrd", "2021-01-01", kind="PCR")], []) == ["negative"]


def test_a_death_whose_date_could_not_be_read_is_not_alive() -> None:
    dead = patient(vital_status="dead", diagnosis="SMM", unreadable=["death_date"])
    out = run(who=dead, treatments=ONE)
    assert [row["event"] for row in out["time_to_event"] if row["endpoint"] == "OS"] == [None, None]
    assert column(run(who=dead), "event", "precursor_course") == [None]


def test_a_refused_treatment_between_two_lines_may_have_begun_the_next() -> None:
    first, third = starts("2020-01-01", "2020-06-01")
    for numbers, row, event in (
        ((1, 3), lost("treatments", line=2), None),
        ((1, 3), lost("treatments"), None),
        ((1, 3), lost("treatments", line=4), True),
        ((1, 2), lost("treatments", "2020-03-01"), True),  # there is no number between
    ):
        lines = [first, third | {"line": numbers[1]}]
        out = run(treatments=lines, refused_row=[row])["time_to_event"]
        assert [one["event"] for one in out if one["endpoint"] == "TTNT" and one["line"] == 1] == [event]


@pytest.mark.parametrize(
    ("row", "biochemical"),
    [
        (imaging("2020-04-01", unreadable=["new_bone_lesion"]), None),
        (imaging("2020-05-01", unreadable=["new_plasmacytoma"]), None),
        (imaging("2020-04-01", unreadable=["fdg_uptake"]), True),
        (imaging("2020-06-15", unreadable=["new_bone_lesion"]), True),
    ],
)
def test_a_sign_near_a_progression_that_could_not_be_read_may_make_it_clinical(row: Row, biochemical: Any) -> None:
    text = "2020-01-01 M 4.0\n2020-02-15 M 1.0\n2020-04-01 M 2.0\n2020-05-01 M 2.0\n2020-06-15 M 2.0"
    out = run(labs=labs(text), imaging=[row], treatments=ONE)["relapse"]
    assert [(one["biochemical"], one["clinical"]) for one in out] == [(biochemical, None)]


def test_a_later_examination_of_a_visit_counts_over_one_that_could_not_be_read() -> None:
    unread, read = imaging("2020-03-01", unreadable=["new_plasmacytoma"]), imaging("2020-03-03", new_plasmacytoma=False)
    assert response([unread, read])[0] == ("CR", "sCR")
    assert response([unread, read | {"performed_on": day("2020-03-01")}])[0] == ("VGPR", "sCR")


@pytest.mark.parametrize(
    ("who", "rows_of", "clause", "expected"),
    [
        ({}, {"imaging": [imaging("2020-01-01", unreadable=["lytic_lesions"])]}, "MDE.bone", None),
        ({}, {"refused_row": [lost("imaging", "2020-01-01")]}, "MDE.bone", None),
        ({}, {"marrow": [marrow("2020-01-01", "70", "detected") | {"unreadable": ["clonal"]}]}, "SLIM.marrow", True),
        ({"unreadable": ["diagnosis"]}, {"findings": findings("2020-01-01", al_amyloidosis=False)}, "DX.al", None),
        ({}, {"findings": findings("2020-01-01", al_amyloidosis=False)}, "DX.al", False),
        (
            {},
            {"findings": findings("2020-01-01", al_amyloidosis=False), "refused_row": [lost("findings")]},
            "DX.al",
            None,
        ),
        ({"unreadable": ["light_chain"]}, {"labs": labs("2019-12-20 K 500 L 2")}, "SLIM.flc", None),
        ({}, {"labs": labs("2019-12-20 K 500 L 2")}, "SLIM.flc", True),
    ],
)
def test_what_could_not_be_read_at_a_diagnosis_may_have_said_anything(
    who: Row, rows_of: dict[str, Any], clause: str, expected: Any
) -> None:
    row = run(who=patient(**who), **rows_of)["diagnosis"][0]
    found = True if clause in row["clauses_for"] else False if clause in row["clauses_against"] else None
    assert found is expected
