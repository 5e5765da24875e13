"""Who may have CAR-T at each visit (RR.car_t): what was begun before it, and found up to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

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


Verdict = tuple[bool | None, list[str], list[str]]


def judged(**case: Any) -> Verdict:
    """As `judged_each`, of one."""
    return judged_each([case])[0]


def judged_each(cases: Iterable[dict[str, Any]]) -> list[Verdict]:
    """Eligible, the parts against and what is missing, at one visit of a patient of each case."""
    made = [_of_one(f"p{number:03}", **case) for number, case in enumerate(cases)]
    tables = {name: pl.concat([of[name] for of in made]).lazy() for name in made[0]}
    lines, visits, edition = tables.pop("lines"), tables.pop("visits"), load_edition()
    drugs = given_drugs(tables["treatments"], tables["refused_row"], lines, edition)
    found = car_t_eligibility(visits, lines, drugs, tables, edition).collect()
    assert found.columns == CAR_T_ELIGIBILITY
    rows = {row[0]: row[1:] for row in found.select("patient_id", *VERDICT).rows()}
    return [rows[f"p{number:03}"] for number in range(len(made))]


def _of_one(
    name: str,
    *,
    at: str = "2022-11-01",
    more: str = "",
    treatments: str = THREE_LINES,
    courses: str = COURSES,
    findings: str = FREE,
    labs: str = "",
    diagnosis: str = "MM",
    line: int = 3,
    refused: str = "",
) -> dict[str, pl.DataFrame]:
    """The tables of a patient who meets every part unless told."""
    treatments = f"{treatments.rstrip()}\n{more}"
    rows = {"treatments": treatments, "findings": findings, "labs": labs, "patients": f"diagnosis\n {diagnosis}"}
    tables = {
        **{table: drawn(rows.get(table, ""), stored(table)) for table in CONTRACTS},
        "refused_row": refused_rows(f"table | dated_on | line | kind\n{refused}" if refused else ""),
        "diagnosed": drawn(f"recorded | derived\n {diagnosis} |", DIAGNOSED),
        "lines": drawn(courses, LINES),
        "visits": drawn(f"line | visit_date\n {line} | {at}", VISITS),
    }
    return {table: frame.collect().with_columns(patient_id=pl.lit(name)) for table, frame in tables.items()}


VERDICT = ("eligible", "clauses_against", "unknown_because")
ELIGIBLE: tuple[Any, ...] = (True, [], [])


def against(*parts: str) -> tuple[Any, ...]:
    return (False, [f"RR.car_t_{part}" for part in parts], [])


def waits_for(*tests: str) -> tuple[Any, ...]:
    return (None, [], list(tests))


def test_who_is_known_to_have_had_neither_allograft_nor_car_t_is_eligible() -> None:
    assert judged() == ELIGIBLE


BEGUN_TOO = {
    "1 | autologous_transplant | melphalan | 2020-07-01 |": ELIGIBLE,
    "1 | | bortezomib;dexamethasone | 2020-07-01 |": ELIGIBLE,
    "1 | | melphalan | 2020-07-01 |": waits_for("phase"),
    "1 | | | 2020-07-01 |": waits_for("phase"),
    "1 | allogeneic_transplant | | 2020-07-01 |": against("earlier"),
    "3 | car_t | idecabtagene_vicleucel | 2022-10-31 |": against("earlier"),
    "3 | salvage | cilta-cel | 2022-10-31 |": against("earlier"),
    "3 | salvage | VRd, allo-SCT | 2022-10-31 |": against("earlier"),
    # CAR-T against another target
    "3 | car_t | arlo-cel | 2022-10-31 |": ELIGIBLE,
    # a name that is not known may be any
    "3 | salvage | Xyzmab | 2022-10-31 |": waits_for("drugs"),
    "3 | salvage | Xyzmab | 2022-11-01 |": ELIGIBLE,
    "3 | salvage | trial drug 7 | 2022-10-31 |": waits_for("drugs"),
    "3 | salvage | clinical trial | 2022-10-31 |": waits_for("drugs"),
    # on the day of the visit, and after it: not before it
    "3 | car_t | | 2022-11-01 |": ELIGIBLE,
    "3 | allogeneic_transplant | | 2022-12-01 |": ELIGIBLE,
    "3 | | melphalan | 2022-11-01 |": ELIGIBLE,
}


def test_an_allograft_or_car_t_before_the_visit_rules_it_out() -> None:
    found = judged_each({"more": more} for more in BEGUN_TOO)
    assert dict(zip(BEGUN_TOO, found, strict=True)) == BEGUN_TOO


def test_a_row_without_phase_is_identified_by_the_drugs_begun_and_ended_with_it() -> None:
    rows = "1 | | bortezomib | 2020-07-01 | 2020-08-01\n 1 | | dexamethasone | 2020-07-01 | 2020-08-01"
    assert judged(more=rows) == ELIGIBLE


def test_three_lines_were_begun_before_the_visit() -> None:
    assert judged(at="2021-12-01", line=2) == against("classes", "lines")


def test_the_last_line_progressed_by_the_visit_however_long_after_its_last_dose() -> None:
    expected = {"2022-10-31": against("progression"), "2022-11-01": ELIGIBLE, "2024-01-01": ELIGIBLE}
    for treatments in (THREE_LINES, THREE_LINES.replace("2022-12-31", "2022-02-01")):
        found = judged_each({"at": at, "treatments": treatments} for at in expected)
        assert dict(zip(expected, found, strict=True)) == expected


def test_an_unknown_progression_leaves_it_open() -> None:
    unseen = COURSES.replace("2022-11-01", "").replace("progression_date", "progression_date | progression_source")
    rows = [line + " | derived" if line.strip()[:1] in ("1", "2") else line for line in unseen.splitlines()]
    rows = [line + " |" if line.strip()[:1] == "3" else line for line in rows]
    assert judged(courses="\n".join(rows)) == waits_for("progression")


def test_an_unnamed_drug_may_have_been_of_the_class_that_lacks() -> None:
    expected = {"elotuzumab": against("classes"), "": waits_for("drugs"), "isatuximab": ELIGIBLE}
    found = judged_each({"treatments": THREE_LINES.replace("daratumumab", drug)} for drug in expected)
    assert dict(zip(expected, found, strict=True)) == expected


RECORDS = {
    "": waits_for("cns_involvement"),
    "2022-11-02 | cns_involvement | F": ELIGIBLE,  # soon after the visit
    "2022-01-01 | extramedullary_disease | F": waits_for("cns_involvement"),
    "2022-01-01 | cns_involvement | ": waits_for("cns_involvement"),
    "2022-01-01 | cns_involvement | T": against("cns"),
    "2022-01-01 | cns_involvement | F": waits_for("cns_involvement"),  # too long ago
    "2022-12-31 | cns_involvement | F": ELIGIBLE,  # 60 days after it
    "2023-01-01 | cns_involvement | F": waits_for("cns_involvement"),
    "2022-11-02 | cns_involvement | T": against("cns"),
    "2022-01-01 | cns_involvement | T\n 2022-11-01 | cns_involvement | F": against("cns"),  # it stays
    "2022-01-01 | cns_involvement | T\n 2022-01-01 | cns_involvement | F": against("cns"),  # found wins
}


def test_the_nearest_record_of_the_nervous_system_counts_and_what_was_seen_stays() -> None:
    drawings = (f"observed_on | finding | present\n {rows}" if rows else "" for rows in RECORDS)
    found = judged_each({"findings": findings} for findings in drawings)
    assert dict(zip(RECORDS, found, strict=True)) == RECORDS


def test_the_recorded_diagnosis_counts() -> None:
    expected = {**dict.fromkeys(("PCL", "AL", "POEMS"), against("disease")), "": waits_for("diagnosis")}
    found = judged_each({"diagnosis": diagnosis} for diagnosis in expected)
    assert dict(zip(expected, found, strict=True)) == expected


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


def test_amyloidosis_found_once_stays() -> None:
    expected = {
        "2022-10-20 | al_amyloidosis | T": against("disease"),
        "2021-01-20 | al_amyloidosis | T": against("disease"),
        "2022-11-01 | al_amyloidosis | T": against("disease"),
        "2022-11-02 | al_amyloidosis | T": ELIGIBLE,  # not known yet at the visit
        "2023-02-20 | al_amyloidosis | T": ELIGIBLE,
        "2022-10-20 | al_amyloidosis | F": ELIGIBLE,
    }
    found = judged_each({"findings": f"{FREE.rstrip()}\n{row}"} for row in expected)
    assert dict(zip(expected, found, strict=True)) == expected


def test_leukaemia_that_came_later_counts_as_at_diagnosis() -> None:
    expected = {
        (4200, 38, "2022-10-25"): against("disease"),
        (4200, 38, "2021-06-01"): against("disease"),
        (4200, 38, "2022-11-02"): ELIGIBLE,  # not known yet at the visit
        (4200, 38, "2023-01-25"): ELIGIBLE,
        (1500, 38, "2022-10-25"): ELIGIBLE,
        (0, 0, "2022-10-25"): ELIGIBLE,
    }

    def labs(cells: int, percent: int, day: str) -> str:
        return f"""
            collected_on | analyte                          | value
            {day}        | circulating_plasma_cells         | {cells}
            {day}        | circulating_plasma_cells_percent | {percent}
        """

    found = judged_each({"labs": labs(*case)} for case in expected)
    assert dict(zip(expected, found, strict=True)) == expected


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


def of_refused(rows: Iterable[str], **how: Any) -> dict[str, Verdict]:
    """The verdict on a patient for each of these refused rows, by it; what is missing is sorted."""
    asked = list(rows)
    found = judged_each({"refused": row, **how} for row in asked)
    return {row: (*verdict, sorted(missing)) for row, (*verdict, missing) in zip(asked, found, strict=True)}


def test_a_row_that_was_refused_may_have_ruled_it_out() -> None:
    assert of_refused(REFUSED) == REFUSED


def test_a_treatment_that_was_refused_may_have_begun_a_line() -> None:
    treatments = THREE_LINES.replace("2    | salvage ", "1    | salvage ")
    courses = "\n".join(line for line in COURSES.splitlines() if line.strip()[:1] != "2")
    assert of_refused(LINE_REFUSED, treatments=treatments, courses=courses) == LINE_REFUSED


def test_a_finding_that_could_not_be_read_may_be_there() -> None:
    free = "\n".join(line + (" | unreadable" if "finding" in line else " |") for line in FREE.strip().splitlines())
    lost = "2022-10-31 | cns_involvement | | [present]\n2022-10-31 | al_amyloidosis | | [present]"
    assert judged(findings=f"{free}\n{lost}") == waits_for("cns_involvement", "al_amyloidosis")
    assert judged(findings=f"{free}\n{lost.replace('present', 'value')}") == ELIGIBLE
