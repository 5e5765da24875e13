"""The indicator of therapy after MRD that turned positive."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

# MRD is positive on 2021-01-01.
# name | the test before | drug begun | on | next line | progression | source | last contact
TURNED = """
    unchanged     | negative |              |            |            |            | derived | 2021-04-01
    too-short     | negative |              |            |            |            | derived | 2021-03-31
    drug-day-90   | negative | daratumumab  | 2021-04-01 |            |            | derived | 2022-01-01
    drug-day-91   | negative | daratumumab  | 2021-04-02 |            |            | derived | 2022-01-01
    same-drug     | negative | Lenalidomide | 2021-02-01 |            |            | derived | 2022-01-01
    same-day      | negative | daratumumab  | 2021-01-01 |            |            | derived | 2022-01-01
    unnamed       | negative |              | 2021-02-01 |            |            | derived | 2022-01-01
    line-day-90   | negative |              |            | 2021-04-01 |            | derived | 2022-01-01
    line-day-91   | negative |              |            | 2021-04-02 |            | derived | 2022-01-01
    progressed    | negative |              |            | 2021-02-10 | 2021-02-01 | derived | 2022-01-01
    progressed-1  | negative |              |            |            | 2021-01-01 | derived | 2022-01-01
    changed-first | negative | daratumumab  | 2021-01-10 | 2021-02-10 | 2021-02-01 | derived | 2022-01-01
    unnamed-then  | negative |              | 2021-01-01 |            |            | derived | 2022-01-01
    line-then     | negative |              |            | 2021-01-01 |            | derived | 2022-01-01
    drug-on-pd    | negative | daratumumab  | 2021-02-01 |            | 2021-02-01 | derived | 2022-01-01
    line-on-pd    | negative |              |            | 2021-02-01 | 2021-02-01 | derived | 2022-01-01
    cycles        | negative | daratumumab  | 2021-01-01 |            |            | derived | 2022-01-01
    unseen        | negative |              |            |            |            |         | 2022-01-01
    never-clear   | positive |              |            |            |            | derived | 2022-01-01
    first-test    |          |              |            |            |            | derived | 2022-01-01
"""


@pytest.mark.criterion("Q.no_change_on_mrd")
def test_therapy_stays_the_same_for_90_days_after_mrd_turned_positive() -> None:
    tables = {
        "patients": ["patient_id | last_contact_date"],
        "lines": ["patient_id | line | start_date | next_line_start | progression_date | progression_source"],
        "mrd_status": ["patient_id | line | collected_on | mrd | category"],
        "treatments": ["patient_id | line | phase | drugs | start_date"],
    }
    for row in TURNED.strip().splitlines():
        name, before, drug, begun, following, progression, source, last = (cell.strip() for cell in row.split("|"))
        tables["patients"].append(f"{name} | {last}")
        tables["lines"].append(f"{name} | 1 | 2020-01-01 | {following} | {progression} | {source}")
        tables["treatments"].append(f"{name} | 1 | maintenance | lenalidomide | 2020-01-01")
        tables["mrd_status"].append(f"{name} | 1 | 2021-01-01 | positive | flow")
        if begun:
            tables["treatments"].append(f"{name} | 1 | maintenance | {drug} | {begun}")
        if before:
            tables["mrd_status"].append(f"{name} | 1 | 2020-07-01 | {before} | flow")
    tables["treatments"].append("cycles | 1 | maintenance | daratumumab | 2021-02-01")
    drawn = {table: "\n".join(rows) for table, rows in tables.items()}
    assert judged("Q.no_change_on_mrd", **drawn) == {
        **dict.fromkeys(["unchanged", "drug-day-91", "same-drug", "same-day", "line-day-91", "progressed"], "pass"),
        **dict.fromkeys(["unnamed-then", "line-then", "drug-on-pd", "line-on-pd", "cycles"], "pass"),
        **dict.fromkeys(["drug-day-90", "line-day-90", "changed-first"], "fail"),
        **dict.fromkeys(["too-short", "unnamed", "unseen"], "unknown"),
    }


@pytest.mark.criterion("Q.no_change_on_mrd")
def test_it_turns_in_marrow_from_the_last_decisive_test_of_the_line() -> None:
    statuses = """
        patient_id    | line | collected_on | mrd      | category
        insensitive   | 1    | 2020-06-01   | negative | flow
        insensitive   | 1    | 2020-09-01   |          | flow
        insensitive   | 1    | 2021-01-01   | positive | sequencing
        other-method  | 1    | 2020-06-01   | negative | flow
        other-method  | 1    | 2020-06-01   | positive | sequencing
        other-method  | 1    | 2021-01-01   | positive | flow
        by-imaging    | 1    | 2020-06-01   | negative | sustained
        by-imaging    | 1    | 2021-01-01   | positive | imaging
        another-line  | 1    | 2020-06-01   | negative | flow
        another-line  | 2    | 2021-01-01   | positive | flow
        twice         | 1    | 2020-06-01   | negative | flow
        twice         | 1    | 2021-01-01   | positive | flow
        twice         | 1    | 2021-02-01   | positive | flow
        twice         | 1    | 2021-06-01   | negative | flow
        twice         | 1    | 2022-01-01   | positive | flow
    """
    names = dict.fromkeys(row.split("|")[0].strip() for row in statuses.strip().splitlines()[1:])
    found = judged(
        "Q.no_change_on_mrd",
        by="patient_id, dated",
        patients="\n".join(["patient_id", *names]),
        lines="\n".join(
            ["patient_id | line | start_date", *(f"{name} | {n} | 20{19 + n}-01-01" for name in names for n in (1, 2))]
        ),
        mrd_status=statuses,
    )
    assert found == {
        "insensitive 2021-01-01": "pass",
        "twice 2021-01-01": "pass",
        "twice 2022-01-01": "pass",
    }
