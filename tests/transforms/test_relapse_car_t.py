"""Who may have CAR-T at each visit (RR.car_t): what was begun before it, and found up to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
import pytest

from rules.clauses.car_t import PARTS
from rules.criterion import load_edition
from tests.transforms.relapsed import LINES, VISITS, drawn, given, refused_rows
from transforms.intake.contracts import CONTRACTS, REFUSED_ROW, stored
from transforms.relapse.car_t import CAR_T_ELIGIBILITY, car_t_eligibility
from transforms.relapse.drugs_given import given_drugs

THREE_LINES = """
    line | phase     | drugs        | start_date | end_date
    1    | induction | bortezomib   | 2020-01-01 | 2020-06-01
    2    | salvage   | lenalidomide | 2021-01-01 | 2021-06-01
    3    | salvage   | daratumumab  | 2022-01-01 | 2022-12-31
"""
COURSES = """
    line | start_date | next_line_start | progression_date
    1    | 2020-01-01 | 2021-01-01      | 2020-12-01
    2    | 2021-01-01 | 2022-01-01      | 2021-12-01
    3    | 2022-01-01 |                 | 2022-11-01
"""
FREE = """
    observed_on | finding         | present
    2022-10-15  | cns_involvement | F
    2023-12-20  | cns_involvement | F
"""  # within 60 days of every visit here

DIAGNOSED = dict.fromkeys(("patient_id", "recorded", "derived"), pl.String)


def judged(
    *,
    at: str = "2022-11-01",
    more: str = "",
    treatments: str = THREE_LINES,
    courses: str = COURSES,
    findings: str = FREE,
    labs: str = "",
    diagnosis: str = "MM",
    line: int = 3,
) -> tuple[bool | None, list[str], list[str]]:
    """Eligible, the parts against and what is missing, at one visit of a patient who meets every part unless told."""
    treatments, lines = f"{treatments.rstrip()}\n{more}", drawn(courses, LINES)
    rows = {"treatments": treatments, "findings": findings, "labs": labs, "patients": f"diagnosis\n {diagnosis}"}
    tables = {
        **{name: drawn(rows.get(name, ""), stored(name)) for name in CONTRACTS},
        "refused_row": refused_rows(""),
        "diagnosed": drawn(f"patient_id | recorded | derived\n p | {diagnosis} |", DIAGNOSED),
    }
    visits = drawn(f"line | visit_date\n {line} | {at}", VISITS)
    found = car_t_eligibility(visits, lines, given(treatments, courses), tables, load_edition()).collect()
    assert found.columns == CAR_T_ELIGIBILITY
    [row] = found.select("eligible", "clauses_against", "unknown_because").rows()
    return row


ELIGIBLE: tuple[Any, ...] = (True, [], [])


def against(*parts: str) -> tuple[Any, ...]:
    return (False, [f"RR.car_t_{part}" for part in parts], [])


def waits_for(*tests: str) -> tuple[Any, ...]:
    return (None, [], list(tests))


def test_who_is_known_to_have_had_neither_allograft_nor_car_t_is_eligible() -> None:
    assert judged() == ELIGIBLE


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("1 | autologous_transplant | melphalan | 2020-07-01 |", ELIGIBLE),
        ("1 | | bortezomib;dexamethasone | 2020-07-01 |", ELIGIBLE),
        ("1 | | melphalan | 2020-07-01 |", waits_for("phase")),
        ("1 | | | 2020-07-01 |", waits_for("phase")),
        ("1 | allogeneic_transplant | | 2020-07-01 |", against("earlier")),
        ("3 | car_t | idecabtagene_vicleucel | 2022-10-31 |", against("earlier")),
        ("3 | salvage | cilta-cel | 2022-10-31 |", against("earlier")),
        ("3 | salvage | VRd, allo-SCT | 2022-10-31 |", against("earlier")),
        # CAR-T against another target
        ("3 | car_t | arlo-cel | 2022-10-31 |", ELIGIBLE),
        # a name that is not known may be any
        ("3 | salvage | Xyzmab | 2022-10-31 |", waits_for("drugs")),
        ("3 | salvage | Xyzmab | 2022-11-01 |", ELIGIBLE),
        # on the day of the visit, and after it: not before it
        ("3 | car_t | | 2022-11-01 |", ELIGIBLE),
        ("3 | allogeneic_transplant | | 2022-12-01 |", ELIGIBLE),
        ("3 | | melphalan | 2022-11-01 |", ELIGIBLE),
    ],
)
def test_an_allograft_or_car_t_before_the_visit_rules_it_out(more: str, expected: tuple[Any, ...]) -> None:
    assert judged(more=more) == expected


def test_a_row_without_phase_is_identified_by_the_drugs_begun_and_ended_with_it() -> None:
    rows = "1 | | bortezomib | 2020-07-01 | 2020-08-01\n 1 | | dexamethasone | 2020-07-01 | 2020-08-01"
    assert judged(more=rows) == ELIGIBLE


def test_three_lines_were_begun_before_the_visit() -> None:
    assert judged(at="2021-12-01", line=2) == against("classes", "lines")


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2022-10-31", against("progression")), ("2022-11-01", ELIGIBLE), ("2024-01-01", ELIGIBLE)],
)
def test_the_last_line_progressed_by_the_visit_however_long_after_its_last_dose(
    at: str, expected: tuple[Any, ...]
) -> None:
    assert judged(at=at) == expected
    late = THREE_LINES.replace("2022-12-31", "2022-02-01")
    assert judged(at=at, treatments=late) == expected


def test_an_unknown_progression_leaves_it_open() -> None:
    unseen = COURSES.replace("2022-11-01", "").replace("progression_date", "progression_date | progression_source")
    rows = [line + " | derived" if line.strip()[:1] in ("1", "2") else line for line in unseen.splitlines()]
    rows = [line + " |" if line.strip()[:1] == "3" else line for line in rows]
    assert judged(courses="\n".join(rows)) == waits_for("progression")


@pytest.mark.parametrize(
    ("drug", "expected"),
    [("elotuzumab", against("classes")), ("", waits_for("drugs")), ("isatuximab", ELIGIBLE)],
)
def test_an_unnamed_drug_may_have_been_of_the_class_that_lacks(drug: str, expected: tuple[Any, ...]) -> None:
    assert judged(treatments=THREE_LINES.replace("daratumumab", drug)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("", waits_for("cns_involvement")),
        ("2022-11-02 | cns_involvement | F", ELIGIBLE),  # soon after the visit
        ("2022-01-01 | extramedullary_disease | F", waits_for("cns_involvement")),
        ("2022-01-01 | cns_involvement | ", waits_for("cns_involvement")),
        ("2022-01-01 | cns_involvement | T", against("cns")),
        ("2022-01-01 | cns_involvement | F", waits_for("cns_involvement")),  # too long ago
        ("2022-12-31 | cns_involvement | F", ELIGIBLE),  # 60 days after it
        ("2023-01-01 | cns_involvement | F", waits_for("cns_involvement")),
        ("2022-11-02 | cns_involvement | T", against("cns")),
        ("2022-01-01 | cns_involvement | T\n 2022-11-01 | cns_involvement | F", against("cns")),  # it stays
        ("2022-01-01 | cns_involvement | T\n 2022-01-01 | cns_involvement | F", against("cns")),  # found wins
    ],
)
def test_the_nearest_record_of_the_nervous_system_counts_and_what_was_seen_stays(
    rows: str, expected: tuple[Any, ...]
) -> None:
    assert judged(findings=f"observed_on | finding | present\n {rows}" if rows else "") == expected


@pytest.mark.parametrize(
    ("diagnosis", "expected"),
    [
        ("PCL", against("disease")),
        ("AL", against("disease")),
        ("POEMS", against("disease")),
        ("", waits_for("diagnosis")),
    ],
)
def test_the_recorded_diagnosis_counts(diagnosis: str, expected: tuple[Any, ...]) -> None:
    assert judged(diagnosis=diagnosis) == expected


def test_what_is_ruled_out_waits_for_nothing() -> None:
    assert judged(findings="", diagnosis="PCL") == against("disease")


def test_every_part_can_be_against() -> None:
    found = judged(
        at="2020-03-01",
        line=1,
        more="1 | car_t | | 2020-02-01 |",
        findings="observed_on | finding | present\n 2020-02-01 | cns_involvement | T",
        diagnosis="AL",
    )
    assert found == (False, sorted(PARTS), [])


def test_one_patients_treatments_are_not_anothers() -> None:
    treatments = """
        patient_id | line | phase     | drugs    | start_date
        a          | 1    | car_t     |          | 2020-01-01
        b          | 1    | induction | ixazomib | 2020-01-01
    """
    courses = "patient_id | line | start_date\n a | 1 | 2020-01-01\n b | 1 | 2020-01-01"
    tables = {
        **{name: drawn("", stored(name)) for name in CONTRACTS},
        "refused_row": drawn("", REFUSED_ROW),
        "treatments": drawn(treatments, stored("treatments")),
        "diagnosed": drawn("patient_id | recorded | derived\n a | MM |\n b | MM |", DIAGNOSED),
    }
    visits = drawn("patient_id | line | visit_date\n a | 1 | 2020-06-01\n b | 1 | 2020-06-01", VISITS)
    found = car_t_eligibility(visits, drawn(courses, LINES), given(treatments, courses), tables, load_edition())
    earlier = pl.col("clauses_against").list.contains("RR.car_t_earlier")
    assert found.select("patient_id", earlier).sort("patient_id").collect().rows() == [("a", True), ("b", False)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("2022-10-20 | al_amyloidosis | T", against("disease")),
        ("2021-01-20 | al_amyloidosis | T", against("disease")),
        ("2022-11-01 | al_amyloidosis | T", against("disease")),
        ("2022-11-02 | al_amyloidosis | T", ELIGIBLE),  # not known yet at the visit
        ("2023-02-20 | al_amyloidosis | T", ELIGIBLE),
        ("2022-10-20 | al_amyloidosis | F", ELIGIBLE),
    ],
)
def test_amyloidosis_found_once_stays(found: str, expected: tuple[Any, ...]) -> None:
    assert judged(findings=f"{FREE.rstrip()}\n{found}") == expected


@pytest.mark.parametrize(
    ("cells", "percent", "day", "expected"),
    [
        (4200, 38, "2022-10-25", against("disease")),
        (4200, 38, "2021-06-01", against("disease")),
        (4200, 38, "2022-11-02", ELIGIBLE),  # not known yet at the visit
        (4200, 38, "2023-01-25", ELIGIBLE),
        (1500, 38, "2022-10-25", ELIGIBLE),
        (0, 0, "2022-10-25", ELIGIBLE),
    ],
)
def test_leukaemia_that_came_later_counts_as_at_diagnosis(
    cells: int, percent: int, day: str, expected: tuple[Any, ...]
) -> None:
    labs = f"""
        collected_on | analyte                          | value
        {day}        | circulating_plasma_cells         | {cells}
        {day}        | circulating_plasma_cells_percent | {percent}
    """
    assert judged(labs=labs) == expected


# table, date, line and kind of a refused row: who may have CAR-T on 2022-11-01
REFUSED = {
    # it may have been an allograft, or CAR-T
    "treatments | 2022-10-31 | 3 |": waits_for("drugs", "phase"),
    "treatments | | |": waits_for("drugs", "phase"),
    "treatments | 2022-10-31 | 3 | car_t": waits_for("drugs", "phase"),
    # a salvage therapy may have had CAR-T among its drugs
    "treatments | 2022-10-31 | 3 | salvage": waits_for("drugs"),
    "treatments | 2022-11-01 | 3 | salvage": ELIGIBLE,  # begun on the day of the visit
    "treatments | | 4 | salvage": waits_for("drugs"),
    "findings | 2022-10-31 | | cns_involvement": waits_for("cns_involvement"),
    "findings | 2022-12-31 | | cns_involvement": waits_for("cns_involvement"),  # soon after the visit
    "findings | 2023-01-01 | | cns_involvement": ELIGIBLE,
    "findings | 2022-10-31 | | polyneuropathy": waits_for("polyneuropathy"),
    "findings | | |": waits_for("al_amyloidosis", "cns_involvement", "polyneuropathy"),
    "findings | | | organomegaly": ELIGIBLE,
    "labs | 2022-10-31 | | circulating_plasma_cells": waits_for("circulating_plasma_cells"),
    "labs | 2022-10-31 | | calcium": ELIGIBLE,
    "labs | 2022-11-02 | |": ELIGIBLE,
}
# the same of who is known to have begun lines 1 and 3 only
LINE_REFUSED = {
    "treatments | 2020-06-01 | 2 | salvage": waits_for("drugs", "treatment"),  # a line that is not known otherwise
    "treatments | 2020-06-01 | | salvage": waits_for("drugs", "treatment"),
    "treatments | 2020-06-01 | 1 | salvage": against("lines"),
    "treatments | 2022-11-01 | 2 | salvage": against("lines"),
}


def judged_each(refused: Iterable[str], treatments: str = THREE_LINES, courses: str = COURSES) -> dict[str, list[Any]]:
    """As `judged`, of a patient for each of these refused rows, by it; what is missing is sorted."""
    of = {f"p{number}": row for number, row in enumerate(refused)}
    names = pl.LazyFrame({"patient_id": list(of)})
    rows = {"treatments": treatments, "findings": FREE, "patients": "diagnosis\n MM"}

    def of_each(one: pl.LazyFrame) -> pl.LazyFrame:
        return one.drop("patient_id").join(names, how="cross").select(one.collect_schema().names())

    lost = "\n".join(["patient_id | table | dated_on | line | kind", *(f"{name} | {row}" for name, row in of.items())])
    tables = {
        **{name: of_each(drawn(rows.get(name, ""), stored(name))) for name in CONTRACTS},
        "refused_row": refused_rows(lost),
        "diagnosed": of_each(drawn("recorded | derived\n MM |", DIAGNOSED)),
    }
    lines, visits = of_each(drawn(courses, LINES)), of_each(drawn("line | visit_date\n 3 | 2022-11-01", VISITS))
    drugs = given_drugs(tables["treatments"], tables["refused_row"], lines, load_edition())
    found = car_t_eligibility(visits, lines, drugs, tables, load_edition()).collect()
    told = found.select("patient_id", "eligible", "clauses_against", pl.col("unknown_because").list.sort()).rows()
    return {of[name]: answer for name, *answer in told}


def test_a_row_that_was_refused_may_have_ruled_it_out() -> None:
    assert judged_each(REFUSED) == {row: list(expected) for row, expected in REFUSED.items()}


def test_a_treatment_that_was_refused_may_have_begun_a_line() -> None:
    treatments = THREE_LINES.replace("2    | salvage ", "1    | salvage ")
    courses = "\n".join(line for line in COURSES.splitlines() if line.strip()[:1] != "2")
    found = judged_each(LINE_REFUSED, treatments, courses)
    assert found == {row: list(expected) for row, expected in LINE_REFUSED.items()}


def test_a_finding_that_could_not_be_read_may_be_there() -> None:
    free = "\n".join(line + (" | unreadable" if "finding" in line else " |") for line in FREE.strip().splitlines())
    lost = "2022-10-31 | cns_involvement | | [present]\n2022-10-31 | al_amyloidosis | | [present]"
    assert judged(findings=f"{free}\n{lost}") == waits_for("cns_involvement", "al_amyloidosis")
    assert judged(findings=f"{free}\n{lost.replace('present', 'value')}") == ELIGIBLE
