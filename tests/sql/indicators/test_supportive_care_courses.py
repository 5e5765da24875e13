"""The indicators of prophylaxis along courses of treatment, and of precursors that need none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql.indicators.judged import judged

# Courses of a proteasome inhibitor begun on 2020-01-01.
# name | the course's drug | its end | next line | last contact | prophylaxis | from | to
COURSES = """
    last-day     | bortezomib  | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-06-01 |
    day-late     | bortezomib  | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-06-02 |
    first-day    | carfilzomib | 2020-06-01 |            | 2021-01-01 | Valaciclovir | 2019-10-01 | 2020-01-01
    day-early    | carfilzomib | 2020-06-01 |            | 2021-01-01 | valaciclovir | 2019-10-01 | 2019-12-31
    spelling     | ixazomib    | 2020-06-01 |            | 2021-01-01 | acyclovir    | 2020-01-01 | 2020-06-01
    from-first   | bortezomib  | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-01-01 |
    maybe-over   | bortezomib  | 2020-06-01 |            | 2021-01-01 | valacyclovir | 2019-12-01 |
    another-drug | bortezomib  | 2020-06-01 |            | 2021-01-01 | aspirin      | 2020-01-01 | 2020-06-01
    nothing      | bortezomib  | 2020-06-01 |            | 2021-01-01 |              |            |
    going-on     | bortezomib  |            |            | 2021-01-01 | aciclovir    | 2021-01-01 |
    open-end     | bortezomib  |            | 2020-09-01 | 2021-01-01 | aciclovir    | 2020-09-01 |
    open-ended   | bortezomib  |            | 2020-09-01 | 2021-01-01 | aciclovir    | 2020-09-02 |
    unnamed      |             | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-01-01 | 2020-06-01
    other-class  | daratumumab | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-01-01 | 2020-06-01
"""


def courses(drawn: str) -> dict[str, str]:
    """The store's tables of the courses drawn above."""
    tables = {
        "patients": ["patient_id | last_contact_date"],
        "lines": ["patient_id | line | start_date | next_line_start"],
        "treatments": ["patient_id | line | phase | drugs | start_date | end_date"],
        "supportive_care": ["patient_id | drug | start_date | end_date"],
    }
    for row in drawn.strip().splitlines():
        name, drug, end, following, last, care, begun, over = (cell.strip() for cell in row.split("|"))
        tables["patients"].append(f"{name} | {last}")
        tables["lines"].append(f"{name} | 1 | 2020-01-01 | {following}")
        tables["treatments"].append(f"{name} | 1 | induction | {drug} | 2020-01-01 | {end}")
        if care:
            tables["supportive_care"].append(f"{name} | {care} | {begun} | {over}")
    return {table: "\n".join(rows) for table, rows in tables.items()}


@pytest.mark.criterion("Q.zoster")
def test_aciclovir_is_given_on_a_day_of_the_course(tmp_path: Path) -> None:
    assert judged("Q.zoster", tmp_path / "store", **courses(COURSES)) == {
        **dict.fromkeys(["last-day", "first-day", "from-first", "spelling", "going-on"], "pass"),
        **dict.fromkeys(["day-late", "day-early", "another-drug", "nothing", "open-ended"], "fail"),
        **dict.fromkeys(["maybe-over", "open-end", "unnamed"], "unknown"),
    }


@pytest.mark.criterion("Q.zoster")
def test_a_course_is_all_of_the_class_in_one_line(tmp_path: Path) -> None:
    tables = courses("A | bortezomib | 2020-04-01 | 2021-01-01 | 2022-01-01 | aciclovir | 2020-06-01 | 2020-07-01")
    tables["treatments"] += "\nA | 1 | consolidation | ixazomib | 2020-08-01 | 2020-10-01"
    tables["treatments"] += "\nA | 1 | maintenance | | 2020-11-01 | 2020-12-01"
    tables["treatments"] += "\nA | 2 | salvage | carfilzomib;dexamethasone | 2021-01-01 | 2021-06-01"
    tables["lines"] += "\nA | 2 | 2021-01-01 |"
    found = judged("Q.zoster", tmp_path / "store", by="patient_id, line, dated", **tables)
    assert found == {"A 1 2020-01-01": "pass", "A 2 2021-01-01": "fail"}


@pytest.mark.criterion("Q.zoster")
def test_courses_of_an_extract_without_supportive_care_or_of_amyloidosis_tell_nothing(tmp_path: Path) -> None:
    tables = courses("A | bortezomib | 2020-06-01 | | 2021-01-01 | | |")
    assert judged("Q.zoster", tmp_path / "none", **tables) == {"A": "unknown"}
    tables["patients"] = "patient_id | diagnosis\n A | AL"
    assert judged("Q.zoster", tmp_path / "amyloidosis", **tables) == {}


@pytest.mark.criterion("Q.thrombosis")
@pytest.mark.parametrize(
    "drug",
    [
        *("aspirin", "Warfarin", "enoxaparin", "Low-molecular-weight heparin", "apixaban", "edoxaban"),
        *("rivaroxaban", "dabigatran"),
    ],
)
def test_aspirin_or_an_anticoagulant_counts(tmp_path: Path, drug: str) -> None:
    tables = courses(f"A | thalidomide | 2020-06-01 | | 2021-01-01 | {drug} | 2020-01-01 | 2020-06-01")
    assert judged("Q.thrombosis", tmp_path / "store", **tables) == {"A": "pass"}


@pytest.mark.criterion("Q.thrombosis")
def test_thrombosis_is_prevented_on_a_day_of_the_course(tmp_path: Path) -> None:
    tables = courses("""
        last-day    | lenalidomide | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-06-01 |
        day-late    | lenalidomide | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-06-02 |
        another     | pomalidomide | 2020-06-01 | | 2021-01-01 | clopidogrel | 2020-01-01 | 2020-06-01
        maybe-over  | pomalidomide | 2020-06-01 | | 2021-01-01 | aspirin     | 2015-01-01 |
        unnamed     |              | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-01-01 | 2020-06-01
        other-class | bortezomib   | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-01-01 | 2020-06-01
    """)
    assert judged("Q.thrombosis", tmp_path / "store", **tables) == {
        "last-day": "pass",
        **dict.fromkeys(["day-late", "another"], "fail"),
        **dict.fromkeys(["maybe-over", "unnamed"], "unknown"),
    }


@pytest.mark.criterion("Q.no_bone_agent")
def test_an_untreated_precursor_has_no_bone_agent_from_diagnosis_on(tmp_path: Path) -> None:
    # diagnosed on 2019-12-01
    patients = """
        patient_id  | diagnosis
        none        | MGUS
        given       | SMM
        first-day   | MGUS
        before      | MGUS
        maybe-over  | MGUS
        another     | SMM
        treated     | SMM
        myeloma     | MM
    """
    care = """
        patient_id  | drug            | start_date | end_date
        given       | zoledronic acid | 2021-01-01 |
        first-day   | denosumab       | 2019-01-01 | 2019-12-01
        before      | denosumab       | 2019-01-01 | 2019-11-30
        maybe-over  | denosumab       | 2019-01-01 |
        another     | aspirin         | 2020-01-01 |
        treated     | denosumab       | 2021-01-01 |
        myeloma     | denosumab       | 2021-01-01 |
    """
    treatments = "patient_id | line | drugs | start_date\n treated | 1 | bortezomib | 2021-01-01"
    tables = {"patients": patients, "treatments": treatments}
    found = judged("Q.no_bone_agent", tmp_path / "store", **tables, supportive_care=care)
    assert found == {
        **dict.fromkeys(["none", "before", "another"], "pass"),
        **dict.fromkeys(["given", "first-day"], "fail"),
        "maybe-over": "unknown",
    }
    assert set(judged("Q.no_bone_agent", tmp_path / "without", **tables).values()) == {"unknown"}
