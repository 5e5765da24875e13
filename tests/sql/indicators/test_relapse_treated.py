"""The indicators of what follows a relapse, or a high risk: how soon it is treated, and second autografts."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

# name | what relapse says | next line | last contact | verdict
AGGRESSIVE = """
    day-28     | true  | 2021-01-29 | 2024-01-01 | pass
    day-29     | true  | 2021-01-30 | 2024-01-01 | fail
    same-day   | true  | 2021-01-01 | 2024-01-01 | pass
    untreated  | true  |            | 2024-01-01 | fail
    to-day-28  | true  |            | 2021-01-29 | fail
    left       | true  |            | 2021-01-28 | unknown
    maybe      |       | 2021-01-10 | 2024-01-01 | unknown
    calm       | false |            | 2024-01-01 |
    AL         | true  | 2021-01-10 | 2024-01-01 |
"""


@pytest.mark.criterion("Q.aggressive_treated")
def test_an_aggressive_relapse_is_treated_within_28_days() -> None:
    tables = {
        "patients": ["patient_id | diagnosis | last_contact_date"],
        "lines": ["patient_id | line | start_date | next_line_start | progression_date"],
        "relapse": ["patient_id | line | progression_date | aggressive"],
    }
    expected = {}
    for row in AGGRESSIVE.strip().splitlines():
        name, aggressive, following, last_contact, verdict = (cell.strip() for cell in row.split("|"))
        tables["patients"].append(f"{name} | {'AL' if name == 'AL' else 'MM'} | {last_contact}")
        tables["lines"].append(f"{name} | 1 | 2020-01-01 | {following} | 2021-01-01")
        tables["relapse"].append(f"{name} | 1 | 2021-01-01 | {aggressive}")
        expected |= {name: verdict} if verdict else {}
    drawn = {table: "\n".join(rows) for table, rows in tables.items()}
    assert judged("Q.aggressive_treated", **drawn) == expected


@pytest.mark.criterion("Q.aggressive_treated")
@pytest.mark.parametrize(("dated_on", "verdict"), [("2021-01-29", "unknown"), ("2021-01-30", "fail"), ("", "unknown")])
def test_a_refused_treatment_may_have_been_in_time(dated_on: str, verdict: str) -> None:
    found = judged(
        "Q.aggressive_treated",
        patients="patient_id\n one",
        lines="patient_id | line | start_date | progression_date\n one | 1 | 2020-01-01 | 2021-01-01",
        relapse="patient_id | line | progression_date | aggressive\n one | 1 | 2021-01-01 | true",
        refused_row="patient_id | table | dated_on | kind | is_repeat\n"
        f" one | treatments | {dated_on} | salvage | false",
    )
    assert found == {"one": verdict}


# name | RR.transplant_again | line 2 | its next line | what line 2 has | on | last contact | verdict
AGAIN = """
    grafted    | true  | 2022-01-01 |            | autologous_transplant ; melphalan | 2023-01-01 | 2024-01-01 | pass
    day-late   | true  | 2022-01-01 |            | autologous_transplant ; melphalan | 2023-01-02 | 2024-01-01 | fail
    not        | true  | 2022-01-01 |            | salvage ; DRd                     | 2022-01-01 | 2023-01-01 | fail
    too-short  | true  | 2022-01-01 |            | salvage ; DRd                     | 2022-01-01 | 2022-12-31 | unknown
    over       | true  | 2022-01-01 | 2022-06-01 | salvage ; DRd                     | 2022-01-01 | 2022-12-31 | fail
    melphalan  | true  | 2022-01-01 |            | ; melphalan                       | 2022-02-01 | 2024-01-01 | unknown
    risk-open  |       | 2022-01-01 |            | autologous_transplant ; melphalan | 2022-05-01 | 2024-01-01 | unknown
    not-open   | false | 2022-01-01 |            | autologous_transplant ; melphalan | 2022-05-01 | 2024-01-01 |
    untreated  | true  |            |            | salvage ; DRd                     | 2020-01-01 | 2024-01-01 |
"""


@pytest.mark.criterion("Q.transplant_again")
def test_the_line_after_a_long_remission_has_a_second_autograft_within_12_months() -> None:
    tables = {
        "patients": ["patient_id | last_contact_date"],
        "lines": ["patient_id | line | start_date | next_line_start | progression_date"],
        "relapse": ["patient_id | line | progression_date | transplant_again"],
        "treatments": ["patient_id | line | phase | drugs | start_date"],
    }
    expected = {}
    for row in AGAIN.strip().splitlines():
        name, again, second, third, given, on, last_contact, verdict = (cell.strip() for cell in row.split("|"))
        tables["patients"].append(f"{name} | {last_contact}")
        tables["lines"].append(f"{name} | 1 | 2019-01-01 | {second} | 2021-12-01")
        tables["relapse"].append(f"{name} | 1 | 2021-12-01 | {again}")
        tables["treatments"].append(f"{name} | 1 | autologous_transplant | melphalan | 2019-06-01")
        if second:
            tables["lines"].append(f"{name} | 2 | {second} | {third} |")
            phase, drugs = given.split(";")
            tables["treatments"].append(f"{name} | 2 | {phase} | {drugs} | {on}")
        expected |= {name: verdict} if verdict else {}
    drawn = {table: "\n".join(rows) for table, rows in tables.items()}
    assert judged("Q.transplant_again", **drawn) == expected


@pytest.mark.criterion("Q.transplant_again")
def test_only_the_first_relapse_since_the_first_autograft_is_asked_about() -> None:
    found = judged(
        "Q.transplant_again",
        by="patient_id, line, dated",
        patients="patient_id\n one",
        lines="""
            patient_id | line | start_date | next_line_start | progression_date
            one        | 1    | 2018-01-01 | 2020-01-01      | 2019-12-01
            one        | 2    | 2020-01-01 | 2021-01-01      | 2020-12-01
            one        | 3    | 2021-01-01 |                 |
        """,
        relapse="""
            patient_id | line | progression_date | transplant_again
            one        | 1    | 2019-12-01       | true
            one        | 2    | 2020-12-01       | true
        """,
        treatments="""
            patient_id | line | phase                 | drugs     | start_date
            one        | 1    | autologous_transplant | melphalan | 2018-03-01
            one        | 3    | autologous_transplant | melphalan | 2021-03-01
        """,
    )
    assert found == {"one 2 2020-01-01": "fail"}


# name | diagnosis | double_hit | extramedullary | DX.pcl | second graft | its line | last contact | verdict
TANDEM = """
    double-hit | MM  | true  | false | false | 2021-06-01 | 1 | 2024-01-01 | pass
    day-late   | MM  | true  | false | false | 2021-06-02 | 1 | 2024-01-01 | fail
    line-2     | MM  | true  | false | false | 2021-01-01 | 2 | 2024-01-01 | fail
    soft       | MM  | false | true  |       |            |   | 2024-01-01 | fail
    leukaemia  | PCL |       |       |       | 2020-09-01 | 1 | 2024-01-01 | pass
    found-pcl  | MM  | false | false | true  |            |   | 2021-06-01 | fail
    too-short  | MM  | true  | false | false |            |   | 2021-05-31 | unknown
    fish-open  | MM  |       | false | false | 2020-09-01 | 1 | 2024-01-01 | unknown
    soft-open  | MM  | false |       | false | 2020-09-01 | 1 | 2024-01-01 | unknown
    cells-open | MM  | false | false |       | 2020-09-01 | 1 | 2024-01-01 |
    standard   | MM  | false | false | false | 2020-09-01 | 1 | 2024-01-01 |
    AL         | AL  | true  | false | false | 2020-09-01 | 1 | 2024-01-01 |
"""


@pytest.mark.criterion("Q.tandem")
def test_the_highest_risk_has_two_autografts_within_12_months() -> None:
    tables = {
        "patients": ["patient_id | diagnosis | last_contact_date"],
        "staging": ["patient_id | double_hit"],
        "diagnosis_evidence": ["patient_id | extramedullary_disease | DX.pcl"],
        "lines": ["patient_id | line | start_date"],
        "treatments": ["patient_id | line | phase | drugs | start_date"],
    }
    expected = {}
    for row in TANDEM.strip().splitlines():
        name, diagnosis, hit, soft, pcl, again, line, last_contact, verdict = (cell.strip() for cell in row.split("|"))
        tables["patients"].append(f"{name} | {diagnosis} | {last_contact}")
        tables["staging"].append(f"{name} | {hit}")
        tables["diagnosis_evidence"].append(f"{name} | {soft} | {pcl}")
        tables["lines"].append(f"{name} | 1 | 2020-01-01")
        grafts = [("2020-06-01", 1), *([(again, line)] if again else [])]
        tables["treatments"] += [f"{name} | {of} | autologous_transplant | melphalan | {on}" for on, of in grafts]
        expected |= {name: verdict} if verdict else {}
    # not transplanted, or not for sure
    for name, phase in {"no-graft": "induction", "maybe-one": ""}.items():
        tables["patients"].append(f"{name} | MM | 2024-01-01")
        tables["staging"].append(f"{name} | true")
        tables["diagnosis_evidence"].append(f"{name} | false | false")
        tables["lines"].append(f"{name} | 1 | 2020-01-01")
        tables["treatments"].append(f"{name} | 1 | {phase} | melphalan | 2020-06-01")
    drawn = {table: "\n".join(rows) for table, rows in tables.items()}
    assert judged("Q.tandem", **drawn) == expected | {"maybe-one": "unknown"}
