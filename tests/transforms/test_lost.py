"""What was recorded and could not be read is not read as not having happened (C.unknown)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.one_patient import Outcome, judged, last_visit, line, responses, time_to
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


def complete(**tables: Any) -> Outcome:
    """A patient in complete response at both visits, were it not for what is given."""
    return judged(COMPLETE, marrow=MARROW, **tables)


def limits(out: Outcome) -> list[str]:
    return last_visit(out)["limited_by"]


def evidence(out: Outcome, clause: str) -> list[bool | None]:
    return [row[clause] for row in out["visit_evidence"]]


def test_everything_read_is_complete(out: Outcome = complete(imaging=[imaging("2020-02-01")])) -> None:
    assert responses(out) == "CR CR"


def test_a_bone_lesion_that_could_not_be_read_is_not_none_and_is_named(
    new: Outcome = complete(imaging=[unread("2020-03-01", "new_bone_lesion")]),
    growing: Outcome = complete(imaging=[unread("2020-03-01", "bone_lesion_progression")]),
    read: Outcome = complete(imaging=[imaging("2020-03-01", new_bone_lesion=False)]),
) -> None:
    for out in (new, growing):
        assert "bone_imaging" in limits(out)
        assert responses(out) == "CR CR", "a progression that is unknown takes no response away"
        assert evidence(out, "PD.bone")[-1] is None
    assert "bone_imaging" not in limits(read)


ABSENT = imaging("2020-03-01", new_bone_lesion=False, bone_lesion_progression=False)
THERE = imaging("2020-03-01", new_bone_lesion=True)


def test_a_lesion_recorded_as_absent_beside_one_that_could_not_be_read_is_unknown(
    beside: Outcome = judged(COMPLETE, imaging=[ABSENT, unread("2020-03-01", "new_bone_lesion")]),
    absent: Outcome = judged(COMPLETE, imaging=[ABSENT]),
    there: Outcome = judged(COMPLETE, imaging=[THERE, unread("2020-03-01", "bone_lesion_progression")]),
) -> None:
    assert evidence(beside, "PD.bone") == [None, None]
    assert evidence(absent, "PD.bone")[-1] is False
    assert evidence(there, "PD.bone")[-1] is True


# rows of imaging, rows refused: the response of both visits
PLASMACYTOMAS = {
    "size before the line not read": ([unread("2019-12-20", "plasmacytoma_spd_mm2")], [], "SD SD"),
    "refused before the line": ([], lost("imaging", "2019-12-20"), "SD SD"),
    "refused, of any date": ([], lost("imaging"), "SD SD"),
    "a new one not read": ([unread("2020-02-01", "new_plasmacytoma")], [], "VGPR VGPR"),
    "not read, gone later": ([unread("2020-02-01", "new_plasmacytoma"), imaging("2020-03-01", "0")], [], "VGPR CR"),
    "size not read": ([unread("2020-02-01", "plasmacytoma_spd_mm2")], [], "VGPR VGPR"),
    "refused at the second visit": ([], lost("imaging", "2020-03-01"), "CR VGPR"),
    "a marrow refused": ([], lost("marrow", "2020-03-01"), "CR CR"),
}


def test_a_plasmacytoma_that_could_not_be_read_is_not_none(
    outs: Mapping[str, Outcome] = {
        name: complete(imaging=seen, refused_row=refused) for name, (seen, refused, _) in PLASMACYTOMAS.items()
    },
) -> None:
    found = {name: (responses(out), "plasmacytoma" in limits(out)) for name, out in outs.items()}
    assert found == {name: (said, not said.endswith("CR")) for name, (_, _, said) in PLASMACYTOMAS.items()}


BY_IMMUNOFIXATION = """
    2020-01-01  M 3.0  U 0
    2020-02-01  SIF neg  UIF neg
"""
UNREAD_FIGURE = labs("2020-02-01  M 1")[0] | {"value": None, "unreadable": ["value"]}
FIGURE_REFUSED = lost("labs", "2020-02-01", kind="serum_m_protein")
BASELINE = "2019-11-10  M 1.2\n2019-12-20  SIF neg"


def test_a_figure_that_could_not_be_read_is_not_none_beside_a_negative_immunofixation(
    read: Outcome = judged(BY_IMMUNOFIXATION, marrow=MARROW),
    not_read: Outcome = judged("", labs=[*labs(BY_IMMUNOFIXATION), UNREAD_FIGURE], marrow=MARROW),
    refused: Outcome = judged(BY_IMMUNOFIXATION, marrow=MARROW, refused_row=FIGURE_REFUSED),
    any_refused: Outcome = judged(BY_IMMUNOFIXATION, marrow=MARROW, refused_row=lost("labs", "2020-02-01")),
    other_refused: Outcome = judged(
        BY_IMMUNOFIXATION, marrow=MARROW, refused_row=lost("labs", "2020-02-01", kind="ldh")
    ),
) -> None:
    assert responses(read) == responses(other_refused) == "CR"
    assert (responses(not_read), "serum_m_protein" in limits(not_read)) == ("NE", True)
    assert responses(refused) == responses(any_refused) == "NE"


def test_a_figure_that_was_refused_before_the_line_is_not_none_beside_a_negative_immunofixation(
    baseline: Outcome = judged(BASELINE),
    refused: Outcome = judged(BASELINE, refused_row=lost("labs", "2019-12-22", kind="serum_m_protein")),
) -> None:
    assert line(baseline)["measurable_by"] == "none"
    assert line(refused)["measurable_by"] == "serum"


ATTRIBUTION_UNREAD = [row | {"unreadable": ["attributed_to_myeloma"]} for row in labs("2020-03-01  Ca 12.0")]


def test_an_attribution_that_could_not_be_read_is_named(
    out: Outcome = judged("", labs=[*labs(COMPLETE), *ATTRIBUTION_UNREAD, *labs("2020-03-01  Alb 4")], marrow=MARROW),
) -> None:
    assert "calcium_attribution" in limits(out)


MARROWS = {("<", "5"): "CR CR", ("<=", "5"): "VGPR VGPR", (">", "4"): "VGPR VGPR", (None, "4.9"): "CR CR"}


def test_a_marrow_may_be_a_bound(
    outs: Mapping[tuple[str | None, str], Outcome] = {
        (sign, percent): judged(
            COMPLETE, marrow=[marrow("2020-02-01", percent) | {"plasma_cell_percent_comparator": sign}]
        )
        for sign, percent in MARROWS
    },
) -> None:
    assert {bound: responses(out) for bound, out in outs.items()} == MARROWS


# of 100 mm2 before: is it progression
SIZES = {(None, "150"): True, (None, "149"): False, (">=", "150"): True, ("<", "150"): False, (">", "100"): None}


def sized(sign: str | None, size: str) -> Outcome:
    seen = imaging("2020-03-01", size, new_plasmacytoma=False) | {"plasmacytoma_spd_mm2_comparator": sign}
    return judged(COMPLETE, imaging=[imaging("2020-01-01", "100"), seen])


def test_a_plasmacytoma_may_be_a_bound(
    outs: Mapping[tuple[str | None, str], Outcome] = {size: sized(*size) for size in SIZES},
) -> None:
    assert {size: evidence(out, "PD.plasmacytoma")[-1] for size, out in outs.items()} == SIZES


PD = rows("assessed_on", "2020-03-01", response="PD")
PROGRESSION, UNKNOWN = (60, True, "progression"), (None, None, "unreadable")
# refused beside a recorded progression: PFS
REFUSED_ASSESSMENTS = {
    "nothing": ([], PROGRESSION),
    "of any date": (lost("assessments"), UNKNOWN),
    "of a date before it": (lost("assessments", "2020-02-01"), UNKNOWN),
    "of the same date": (lost("assessments", "2020-03-01"), PROGRESSION),
    "of another line": (lost("assessments", line=2), PROGRESSION),
    "of a later date": (lost("assessments", "2020-05-01"), PROGRESSION),
    "of another table": (lost("labs"), PROGRESSION),
}


def test_a_refused_assessment_leaves_open_what_it_could_have_dated(
    outs: Mapping[str, Outcome] = {
        name: judged("", assessments=PD, refused_row=refused) for name, (refused, _) in REFUSED_ASSESSMENTS.items()
    },
) -> None:
    expected = {name: pfs for name, (_, pfs) in REFUSED_ASSESSMENTS.items()}
    for endpoint in ("PFS", "TTP", "EFS"):
        assert {name: time_to(out, endpoint) for name, out in outs.items()} == expected, endpoint
    dated = {name: date(2020, 3, 1) if pfs == PROGRESSION else None for name, pfs in expected.items()}
    assert {name: line(out)["progression_date"] for name, out in outs.items()} == dated
    sources = {name: "reported" if pfs == PROGRESSION else None for name, pfs in expected.items()}
    assert {name: line(out)["progression_source"] for name, out in outs.items()} == sources
    assert {time_to(out, "OS") for out in outs.values()} == {(730, False, "last_contact")}


def test_a_refused_assessment_alone_is_no_event_free_line(
    alone: Outcome = judged("", refused_row=lost("assessments")),
    nothing: Outcome = judged(""),
    seen: Outcome = judged(COMPLETE, refused_row=lost("assessments")),
) -> None:
    assert time_to(alone, "PFS") == UNKNOWN
    assert time_to(nothing, "PFS") is None
    assert time_to(seen, "PFS") == (60, False, "last_assessment"), "what the visits show needs no record"


# refused: time to the next treatment of the only line
REFUSED_TREATMENTS = {
    "of a later line": (lost("treatments", "2020-06-01", line=2), UNKNOWN),
    "of any line and date": (lost("treatments"), UNKNOWN),
    "of this line": (lost("treatments", line=1), (730, False, "last_contact")),
    "before this line": (lost("treatments", "2019-12-01", line=2), (730, False, "last_contact")),
}


def test_a_refused_treatment_may_have_begun_the_next_line(
    outs: Mapping[str, Outcome] = {
        name: judged("", refused_row=refused) for name, (refused, _) in REFUSED_TREATMENTS.items()
    },
) -> None:
    expected = {name: ttnt for name, (_, ttnt) in REFUSED_TREATMENTS.items()}
    assert {name: time_to(out, "TTNT") for name, out in outs.items()} == expected


def test_a_refused_treatment_after_the_next_line_changes_nothing(
    out: Outcome = judged(
        "", treatments=starts("2020-01-01", "2020-03-01"), refused_row=lost("treatments", "2020-05-01", line=3)
    ),
) -> None:
    assert time_to(out, "TTNT") == (60, True, "next_line")
    assert time_to(out, "TTNT", 2) == UNKNOWN


LINES_1_AND_3 = [starts("2020-01-01")[0], {"patient_id": "p", "line": 3, "start_date": date(2020, 3, 1)}]
BETWEEN = {
    "the line between, dated": (lost("treatments", "2020-02-01", line=2), UNKNOWN),
    "the line between": (lost("treatments", line=2), UNKNOWN),
    "a later line": (lost("treatments", line=4), (60, True, "next_line")),
    "of any line and date": (lost("treatments"), UNKNOWN),
}


def test_a_refused_treatment_may_have_begun_a_line_before_the_next_that_is_known(
    outs: Mapping[str, Outcome] = {
        name: judged("", treatments=LINES_1_AND_3, refused_row=refused) for name, (refused, _) in BETWEEN.items()
    },
) -> None:
    assert {name: time_to(out, "TTNT") for name, out in outs.items()} == {
        name: said for name, (_, said) in BETWEEN.items()
    }


def test_between_two_lines_that_follow_each_other_there_is_no_other(
    outs: tuple[Outcome, ...] = tuple(
        judged("", treatments=starts("2020-01-01", "2020-03-01"), refused_row=refused)
        for refused in (lost("treatments"), lost("treatments", "2020-02-01"))
    ),
) -> None:
    assert {time_to(out, "TTNT") for out in outs} == {(60, True, "next_line")}


# examinations of one visit, the second three days after the first
LATER = imaging("2020-03-04", new_bone_lesion=False, bone_lesion_progression=False, new_plasmacytoma=False)


def test_what_a_later_examination_of_the_visit_did_not_find_counts(
    later: Outcome = judged(COMPLETE, imaging=[unread("2020-03-01", "new_bone_lesion", "new_plasmacytoma"), LATER]),
    earlier: Outcome = judged(COMPLETE, imaging=[unread("2020-03-06", "new_bone_lesion", "new_plasmacytoma"), LATER]),
) -> None:
    assert [evidence(later, clause)[-1] for clause in ("PD.bone", "PD.plasmacytoma")] == [False, None]
    assert evidence(earlier, "PD.bone")[-1] is None
    assert ("plasmacytoma" in limits(later), "plasmacytoma" in limits(earlier)) == (False, True)


def test_a_date_of_death_that_could_not_be_read_leaves_survival_open(
    dead: Outcome = judged("", who=patient(vital_status="dead", unreadable=["death_date"])),
    alive: Outcome = judged("", who=patient(vital_status="alive", unreadable=["death_date"])),
) -> None:
    assert time_to(dead, "OS") == time_to(alive, "OS") == UNKNOWN


NEGATIVE = rows("collected_on", "2020-06-01 2021-06-01", method="NGF", sensitivity=0.00001, result="negative")
SCANS = rows("performed_on", "2020-06-01 2021-06-01", modality="pet_ct", fdg_uptake="negative")
# between two negative ones: is negativity sustained
SUSTAINED = {
    "nothing": ([], [], "negative"),
    "a PET that was not read": ([unread("2021-01-01", "fdg_uptake", modality="pet_ct")], [], None),
    "an MRI that was not read": ([unread("2021-01-01", "fdg_uptake", modality="mri")], [], "negative"),
    "a test of the method refused": ([], lost("mrd", "2021-01-01", kind="NGF"), None),
    "a test of another method refused": ([], lost("mrd", "2021-01-01", kind="PCR"), "negative"),
    "a later test refused": ([], lost("mrd", "2021-07-01"), "negative"),
    "a test of any date refused": ([], lost("mrd"), None),
}


def test_a_test_between_that_could_not_be_read_leaves_lasting_negativity_open(
    outs: Mapping[str, Outcome] = {
        name: judged("", mrd=NEGATIVE, imaging=[*SCANS, *more], refused_row=refused)
        for name, (more, refused, _) in SUSTAINED.items()
    },
) -> None:
    found = {
        name: [row["mrd"] for row in out["mrd_status"] if row["category"] == "sustained"] for name, out in outs.items()
    }
    assert found == {name: [status] for name, (_, _, status) in SUSTAINED.items()}


THREE = "2020-06-01 2020-12-01 2021-12-01"


def test_what_was_not_read_before_a_year_of_negativity_leaves_it_as_it_is(
    out: Outcome = judged(
        "",
        mrd=rows("collected_on", THREE, method="NGF", sensitivity=0.00001, result="negative"),
        imaging=rows("performed_on", THREE, modality="pet_ct", fdg_uptake="negative"),
        refused_row=lost("imaging", "2020-09-01"),
    ),
) -> None:
    found = [row for row in out["mrd_status"] if row["category"] == "sustained"]
    assert [(row["collected_on"].isoformat(), row["mrd"]) for row in found] == [("2021-12-01", "negative")]


SENSITIVITIES = {("<", 1e-5): "negative", ("<=", 1e-4): None, (">", 1e-6): None, (None, 1e-5): "negative"}


def negative(sign: str | None, sensitivity: float) -> Outcome:
    test = {"method": "NGF", "result": "negative", "sensitivity": sensitivity, "sensitivity_comparator": sign}
    return judged("", mrd=rows("collected_on", "2020-06-01", **test))


def test_the_sensitivity_of_an_mrd_test_may_be_a_bound(
    outs: Mapping[tuple[str | None, float], Outcome] = {bound: negative(*bound) for bound in SENSITIVITIES},
) -> None:
    found = {bound: [row["mrd"] for row in out["mrd_status"]] for bound, out in outs.items()}
    assert found == {bound: [status] for bound, status in SENSITIVITIES.items()}


BY_LIGHT_CHAINS = "2020-01-01  K 400  L 10  M 0  U 0\n2020-02-01  K 100  L 10\n2020-03-01  K 100  L 10"


def test_the_light_chain_concerned_is_not_guessed_where_the_recorded_one_could_not_be_read(
    none: Outcome = judged(BY_LIGHT_CHAINS),
    unread_chain: Outcome = judged(BY_LIGHT_CHAINS, who=patient(unreadable=["light_chain"])),
) -> None:
    assert responses(none) == "PR PR", "κ, as the ratio of the baseline says"
    assert set(responses(unread_chain).split()) == {"NE"}
    assert "light_chain" in limits(unread_chain)


def test_it_is_not_known_which_figure_is_the_serum_m_protein_where_the_flag_could_not_be_read(
    none: Outcome = judged(COMPLETE),
    unread_flag: Outcome = judged(COMPLETE, who=patient(unreadable=["m_protein_in_beta"])),
) -> None:
    assert line(none)["measurable_by"] == "serum"
    assert line(unread_flag)["measurable_by"] != "serum"
    assert set(responses(unread_flag).split()) == {"NE"}
    assert "baseline_serum_m_protein" in limits(unread_flag)
