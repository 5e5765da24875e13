"""The indicators of how many courses were given, and of vitamin D with denosumab."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

BLD = "bortezomib;lenalidomide;dexamethasone"


def given(*lines: str) -> dict[str, str]:
    """The tables of patients with a first line each: `name | drugs | courses | end | ended by | last contact`.

    Courses of several parts stand with a plus (`2+1`, `2+?`); a transplant follows induction where courses end in `t`.
    """
    tables = {
        "patients": ["patient_id | vital_status | death_date | last_contact_date"],
        "lines": [
            "patient_id | line | start_date | end_date | next_line_start | progression_date | progression_source"
        ],
        "treatments": ["patient_id | line | phase | drugs | start_date | end_date | cycles"],
        "transplant": ["patient_id | line | transplanted_on | is_certain"],
    }
    for drawn in lines:
        name, drugs, courses, end, ended, last = (cell.strip() for cell in drawn.split("|"))
        dead = last if ended == "death" else ""
        tables["patients"].append(f"{name} | {'dead' if dead else 'alive'} | {dead} | {last}")
        source = "" if ended == "nothing tells" else "derived"
        pd, following = (end if ended == "pd" else ""), (last if ended in ("next", "pd") else "")
        tables["lines"].append(f"{name} | 1 | 2020-01-01 | {end} | {following} | {pd} | {source}")
        for month, part in enumerate(courses.rstrip("t").split("+"), 1):
            cycles = "" if part == "?" else part
            tables["treatments"].append(f"{name} | 1 | induction | {drugs} | 2020-0{month}-01 | {end} | {cycles}")
        if courses.endswith("t"):
            tables["transplant"].append(f"{name} | 1 | 2020-06-01 | true")
            tables["treatments"].append(f"{name} | 1 | consolidation | {drugs} | 2020-08-01 | 2020-09-01 | 2")
    return {table: "\n".join(rows) for table, rows in tables.items()}


@pytest.mark.criterion("Q.induction_courses")
def test_three_or_four_courses_come_before_the_transplant() -> None:
    tables = given(
        f"two     | {BLD} | 2t   | 2020-04-01 | | 2024-01-01",
        f"three   | {BLD} | 3t   | 2020-04-01 | | 2024-01-01",
        f"parts   | {BLD} | 3+1t | 2020-04-01 | | 2024-01-01",
        f"five    | {BLD} | 3+2t | 2020-04-01 | | 2024-01-01",
        f"missing | {BLD} | 3+?t | 2020-04-01 | | 2024-01-01",
        f"none    | {BLD} | 0t   | 2020-04-01 | | 2024-01-01",
        "another  | bortezomib;dexamethasone | 4t | 2020-04-01 | | 2024-01-01",
        f"no-graft | {BLD} | 4    | 2020-04-01 | | 2024-01-01",
    )
    assert judged("Q.induction_courses", **tables) == {
        **dict.fromkeys(["three", "parts"], "pass"),
        **dict.fromkeys(["two", "five", "none"], "fail"),
        "missing": "unknown",
    }


@pytest.mark.criterion("Q.induction_courses")
def test_a_row_for_each_drug_is_one_part() -> None:
    tables = given("a | bortezomib | 4t | 2020-04-01 | | 2024-01-01")
    tables["treatments"] += "\na | 1 | induction | Rd | 2020-01-01 | 2020-04-01 | 4"
    assert judged("Q.induction_courses", **tables) == {"a": "pass"}


LINES = """
    nine     | {drugs} | 9  | 2021-01-01 | next          | 2024-01-01
    eight    | {drugs} | 8  | 2021-01-01 | next          | 2024-01-01
    stopped  | {drugs} | 8  | 2021-01-01 |               | 2024-01-01
    goes-on  | {drugs} | 8  |            |               | 2020-10-01
    pd       | {drugs} | 4  | 2020-05-01 | pd            | 2020-06-01
    pd-late  | {drugs} | 9  | 2021-01-01 | pd            | 2021-06-01
    died     | {drugs} | 4  | 2020-05-01 | death         | 2020-05-01
    open     | {drugs} | 4  | 2020-05-01 | nothing tells | 2021-05-01
    missing  | {drugs} | ?  | 2020-05-01 | next          | 2021-05-01
    grafted  | {drugs} | 9t | 2020-05-01 | next          | 2021-05-01
    another  | melphalan;prednisolone | 9 | 2020-05-01 | next | 2021-05-01
"""


@pytest.mark.criterion("Q.mpb_courses")
def test_nine_courses_are_given_unless_progression_or_death_ends_the_line_before() -> None:
    drawn = LINES.format(drugs="melphalan;prednisolone;bortezomib").strip().splitlines()
    assert judged("Q.mpb_courses", **given(*drawn)) == {
        **dict.fromkeys(["nine", "pd-late"], "pass"),
        **dict.fromkeys(["eight", "stopped"], "fail"),
        **dict.fromkeys(["goes-on", "open", "missing"], "unknown"),
    }


@pytest.mark.criterion("Q.ld_courses")
def test_eighteen_courses_of_ld_are_enough_and_seventeen_are_not() -> None:
    tables = given(
        "enough | lenalidomide;dexamethasone | 18 | 2022-01-01 | next | 2024-01-01",
        "few    | lenalidomide;dexamethasone | 17 | 2022-01-01 | next | 2024-01-01",
        "none   | lenalidomide;dexamethasone | 0  | 2022-01-01 | next | 2024-01-01",
        "not-known | lenalidomide;dexamethasone | ? | 2022-01-01 | next | 2024-01-01",
        "named  | lenalidomide;dexamethasone;unheard-of | 18 | 2022-01-01 | next | 2024-01-01",
    )
    assert judged("Q.ld_courses", **tables) == {
        "enough": "pass",
        **dict.fromkeys(["few", "none"], "fail"),
        "not-known": "unknown",
    }


@pytest.mark.criterion("Q.vitamin_d")
def test_vitamin_d_or_calcium_is_given_on_a_day_of_denosumab() -> None:
    care = """
        patient_id | drug            | start_date | end_date
        together   | denosumab       | 2020-01-01 | 2021-01-01
        together   | vitamin D       | 2020-03-01 |
        calcium    | denosumab       | 2020-01-01 |
        calcium    | Ca              | 2019-06-01 | 2020-01-01
        goes-on    | denosumab       | 2020-01-01 |
        goes-on    | vitamin D3      | 2019-06-01 |
        before     | denosumab       | 2020-01-02 | 2021-01-01
        before     | vitamin D       | 2019-01-01 | 2020-01-01
        after      | denosumab       | 2020-01-01 | 2021-01-01
        after      | vitamin D       | 2021-01-02 |
        later      | denosumab       | 2020-01-01 |
        later      | vitamin D       | 2021-01-02 |
        none       | denosumab       | 2020-01-01 |
        not-known  | denosumab       | 2020-01-01 |
        not-known  | unheard-of      | 2020-03-01 |
        zoledronic | zoledronic acid | 2020-01-01 |
    """
    patients = "patient_id\n" + "\n".join(
        dict.fromkeys(row.split("|")[0].strip() for row in care.strip().splitlines()[1:])
    )
    assert judged("Q.vitamin_d", patients=patients, supportive_care=care) == {
        **dict.fromkeys(["together", "calcium", "goes-on", "later"], "pass"),
        **dict.fromkeys(["before", "after", "none"], "fail"),
        "not-known": "unknown",
    }
