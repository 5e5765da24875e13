"""The indicators of prophylaxis along courses of treatment, and of precursors that need none."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

# Courses of a proteasome inhibitor begun on 2020-01-01; to 2020-06-01 are 153 days, of which 77 are half.
# name | the course's drug | its end | next line | last contact | prophylaxis | from | to
COURSES = """
    half         | bortezomib  | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-01-01 | 2020-03-17
    day-less     | bortezomib  | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-01-01 | 2020-03-16
    last-half    | carfilzomib | 2020-06-01 |            | 2021-01-01 | Valaciclovir | 2020-03-17 | 2020-09-01
    one-day      | carfilzomib | 2020-06-01 |            | 2021-01-01 | valaciclovir | 2019-10-01 | 2020-01-01
    day-early    | carfilzomib | 2020-06-01 |            | 2021-01-01 | valaciclovir | 2019-10-01 | 2019-12-31
    brand        | ixazomib    | 2020-06-01 |            | 2021-01-01 | バルトレックス | 2020-01-01 | 2020-06-01
    from-first   | bortezomib  | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-01-01 |
    too-late     | bortezomib  | 2020-06-01 |            | 2021-01-01 | aciclovir    | 2020-04-01 |
    maybe-over   | bortezomib  | 2020-06-01 |            | 2021-01-01 | valacyclovir | 2019-12-01 |
    another-drug | bortezomib  | 2020-06-01 |            | 2021-01-01 | aspirin      | 2020-01-01 | 2020-06-01
    not-known    | bortezomib  | 2020-06-01 |            | 2021-01-01 | Xyzvir       | 2020-01-01 | 2020-06-01
    known-short  | bortezomib  | 2020-06-01 |            | 2021-01-01 | Xyzvir       | 2020-01-01 | 2020-01-31
    nothing      | bortezomib  | 2020-06-01 |            | 2021-01-01 |              |            |
    going-on     | bortezomib  |            |            | 2021-01-01 | aciclovir    | 2020-05-01 |
    open-end     | bortezomib  |            | 2020-09-01 | 2021-01-01 | aciclovir    | 2020-01-01 | 2020-03-01
    open-covered | bortezomib  |            | 2020-09-01 | 2021-01-01 | aciclovir    | 2020-01-01 | 2020-09-01
    open-late    | bortezomib  |            | 2020-09-01 | 2021-01-01 | aciclovir    | 2020-07-01 |
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
def test_aciclovir_is_given_on_half_of_the_days_of_the_course() -> None:
    assert judged("Q.zoster", **courses(COURSES)) == {
        **dict.fromkeys(["half", "last-half", "brand", "from-first", "going-on", "open-covered"], "pass"),
        **dict.fromkeys(
            ["day-less", "one-day", "day-early", "too-late", "another-drug", "known-short", "nothing", "open-late"],
            "fail",
        ),
        **dict.fromkeys(["maybe-over", "not-known", "open-end", "unnamed"], "unknown"),
    }


@pytest.mark.criterion("Q.zoster")
def test_a_day_with_two_drugs_counts_once_and_pauses_count_as_days_without() -> None:
    tables = courses("""
        twice  | bortezomib | 2020-06-01 | | 2021-01-01 | aciclovir | 2020-01-01 | 2020-02-20
        pauses | bortezomib | 2020-06-01 | | 2021-01-01 | aciclovir | 2020-01-01 | 2020-02-20
    """)
    tables["supportive_care"] += "\ntwice | valaciclovir | 2020-01-11 | 2020-03-10"
    tables["supportive_care"] += "\npauses | valaciclovir | 2020-05-01 | 2020-05-26"
    assert judged("Q.zoster", **tables) == {"twice": "fail", "pauses": "pass"}
    found = judged("Q.zoster", settings={"least_share": 0.4}, **tables)
    assert found == {"twice": "pass", "pauses": "pass"}


@pytest.mark.criterion("Q.zoster")
def test_where_the_share_depends_on_the_end_of_the_course_it_is_not_known() -> None:
    # enough on the first and on the last day that the course may end, too little between
    tables = courses("A | bortezomib | | 2020-12-31 | 2021-01-01 | aciclovir | 2020-01-01 | 2020-01-10")
    tables["supportive_care"] += "\nA | aciclovir | 2020-04-01 | 2020-12-31"
    assert judged("Q.zoster", **tables) == {"A": "unknown"}


@pytest.mark.criterion("Q.zoster")
def test_a_course_is_all_of_the_class_in_one_line() -> None:
    tables = courses("A | bortezomib | 2020-04-01 | 2021-01-01 | 2022-01-01 | aciclovir | 2020-03-01 | 2020-08-01")
    tables["treatments"] += "\nA | 1 | consolidation | ixazomib | 2020-08-01 | 2020-10-01"
    tables["treatments"] += "\nA | 1 | maintenance | | 2020-11-01 | 2020-12-01"
    tables["treatments"] += "\nA | 2 | salvage | carfilzomib;dexamethasone | 2021-01-01 | 2021-06-01"
    tables["lines"] += "\nA | 2 | 2021-01-01 |"
    found = judged("Q.zoster", by="patient_id, line, dated", **tables)
    assert found == {"A 1 2020-01-01": "pass", "A 2 2021-01-01": "fail"}


@pytest.mark.criterion("Q.zoster")
def test_courses_without_supportive_care_or_of_amyloidosis_are_unknown() -> None:
    tables = courses("A | bortezomib | 2020-06-01 | | 2021-01-01 | | |")
    assert judged("Q.zoster", **tables) == {"A": "unknown"}
    tables["patients"] = "patient_id | diagnosis\n A | AL"
    assert judged("Q.zoster", **tables) == {}


@pytest.mark.criterion("Q.thrombosis")
@pytest.mark.parametrize(
    "drug",
    [
        *("aspirin", "Warfarin", "enoxaparin", "Low-molecular-weight heparin", "apixaban", "edoxaban"),
        *("rivaroxaban", "dabigatran"),
    ],
)
def test_aspirin_or_an_anticoagulant_counts(drug: str) -> None:
    tables = courses(f"A | thalidomide | 2020-06-01 | | 2021-01-01 | {drug} | 2020-01-01 | 2020-06-01")
    assert judged("Q.thrombosis", **tables) == {"A": "pass"}


@pytest.mark.criterion("Q.thrombosis")
def test_thrombosis_is_prevented_on_half_of_the_days_of_the_course() -> None:
    tables = courses("""
        half        | lenalidomide | 2020-06-01 | | 2021-01-01 | Bayaspirin 100mg | 2020-03-17 |
        day-less    | lenalidomide | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-03-18 |
        one-day     | lenalidomide | 2023-01-13 | | 2024-01-01 | aspirin     | 2020-02-01 | 2020-02-01
        another     | pomalidomide | 2020-06-01 | | 2021-01-01 | clopidogrel | 2020-01-01 | 2020-06-01
        maybe-over  | pomalidomide | 2020-06-01 | | 2021-01-01 | aspirin     | 2015-01-01 |
        unnamed     |              | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-01-01 | 2020-06-01
        not-known   | Xyzmide      | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-01-01 | 2020-06-01
        other-class | bortezomib   | 2020-06-01 | | 2021-01-01 | aspirin     | 2020-01-01 | 2020-06-01
    """)
    assert judged("Q.thrombosis", **tables) == {
        "half": "pass",
        **dict.fromkeys(["day-less", "one-day", "another"], "fail"),
        **dict.fromkeys(["maybe-over", "unnamed", "not-known"], "unknown"),
    }


@pytest.mark.criterion("Q.no_bone_agent")
def test_a_precursor_has_no_bone_agent_from_diagnosis_until_progression_or_treatment() -> None:
    # diagnosed on 2019-12-01
    patients = """
        patient_id  | diagnosis
        none        | MGUS
        given       | SMM
        brand       | SMM
        first-day   | MGUS
        before      | MGUS
        maybe-over  | MGUS
        another     | SMM
        not-known   | SMM
        for-bones   | MGUS
        text        | MGUS
        treated     | SMM
        early       | SMM
        progressed  | SMM
        myeloma     | MM
    """
    care = """
        patient_id  | drug            | start_date | end_date
        given       | zoledronic acid | 2021-01-01 |
        brand       | パミドロン酸二ナトリウム | 2020-02-01 | 2020-12-01
        first-day   | denosumab       | 2019-01-01 | 2019-12-01
        before      | alendronate     | 2019-01-01 | 2019-11-30
        maybe-over  | denosumab       | 2019-01-01 |
        another     | aspirin         | 2020-01-01 |
        not-known   | Xyzmab          | 2020-01-01 |
        for-bones   | alendronate     | 2020-01-01 |
        text        | zoledronic acid (osteoporosis) | 2020-01-01 |
        treated     | denosumab       | 2021-01-01 |
        early       | risedronate     | 2020-12-31 |
        progressed  | denosumab       | 2021-01-01 |
        myeloma     | denosumab       | 2021-01-01 |
    """
    drugs = "patient_id | line | drugs | start_date"
    tables = {
        "patients": patients,
        "treatments": f"{drugs}\n treated | 1 | bortezomib | 2021-01-01\n early | 1 | bortezomib | 2021-01-01",
        "findings": "patient_id | observed_on | finding | present\n for-bones | 2019-06-01 | osteoporosis | true",
        "precursor_course": "patient_id | precursor | progressed_on\n progressed | SMM | 2020-06-01",
    }
    found = judged("Q.no_bone_agent", **tables, supportive_care=care)
    assert found == {
        **dict.fromkeys(["none", "before", "another", "treated", "progressed"], "pass"),
        **dict.fromkeys(["given", "brand", "first-day", "early"], "fail"),
        **dict.fromkeys(["maybe-over", "not-known", "for-bones", "text"], "unknown"),
    }
    assert set(judged("Q.no_bone_agent", **tables).values()) == {"unknown"}
