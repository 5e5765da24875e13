"""Checks of what was refused: rows violated, rows read, by table and site."""

from __future__ import annotations

import pytest

from tests.sql.checks.checked import checked, verdicts
from transforms.intake.parsing import refusals

PATIENTS = """
    patient_id | site_id | source_file | row_number
    p          | S1      | patients    | 1
    q          |         | patients    | 2
"""
LABS = """
    patient_id | collected_on | analyte | value | source_file | row_number
    p          | 2020-01-01   | albumin | 4.0   | labs        | 1
    q          | 2020-01-01   | albumin | 4.0   | labs        | 2
"""
RULES = {
    "conformance.code": [
        *("unknown_code", "unreadable_boolean", "no_result", "wrong_code", "missing_specimen", "total_light_chain"),
        *("urine_free_light_chain", "urine_beta2_microglobulin", "growth_factor_receptor"),
    ],
    "conformance.date": [
        "unreadable_date",
        "ambiguous_date",
        "serial_date",
        "instant",
        "part_of_a_date",
        "no_index_date",
    ],
    "conformance.number": [
        "unreadable_number",
        "comma_in_number",
        "point_in_number",
        "not_whole_number",
        "comparator_conflict",
    ],
    "conformance.possible": ["impossible_value", "impossible_date"],
    "conformance.shape": ["ragged", "line_break", "value_too_long", "unreadable_text", "spreadsheet_error"],
    "uniqueness.row": ["duplicate"],
}
EVERY_RULE = [
    *(rule for rules in RULES.values() for rule in rules),
    *("unknown_unit", "missing_unit", "missing_value", "unknown_patient", "repeated_patient_id"),
]


def test_every_rule_by_which_a_row_is_refused_is_one_that_is_asked_about_here() -> None:
    assert sorted(EVERY_RULE) == sorted(refusals())


def refused(table: str) -> str:
    """One refused row for every rule, numbered from 10."""
    head = "source_file | row_number | table | column | rule"
    return "\n".join([head, *(f"{table} | {10 + n} | {table} | x | {rule}" for n, rule in enumerate(EVERY_RULE))])


def numbered(rules: list[str]) -> set[str]:
    return {str(10 + EVERY_RULE.index(rule)) for rule in rules}


@pytest.mark.criterion("conformance.code")
@pytest.mark.criterion("conformance.date")
@pytest.mark.criterion("conformance.number")
@pytest.mark.criterion("conformance.possible")
@pytest.mark.criterion("conformance.shape")
@pytest.mark.criterion("uniqueness.row")
@pytest.mark.parametrize("check", RULES)
def test_only_rows_refused_by_its_own_rules_violate_a_check(check: str) -> None:
    found = checked(check, by='row_number, "table"', patients=PATIENTS, labs=LABS, quarantine=refused("labs"))
    assert len(found) == 4 + len(EVERY_RULE)
    assert {key.split()[0] for key, word in found.items() if word == "violated"} == numbered(RULES[check])
    assert set(found.values()) == {"violated", "kept"}


@pytest.mark.criterion("conformance.unit")
def test_units_are_asked_for_in_laboratory_rows_only() -> None:
    found = checked(
        "conformance.unit",
        by="row_number",
        patients=PATIENTS,
        labs=LABS,
        quarantine=refused("labs"),
    )
    assert len(found) == 2 + len(EVERY_RULE)
    assert {key for key, word in found.items() if word == "violated"} == numbered(["unknown_unit", "missing_unit"])


@pytest.mark.criterion("conformance.drug")
def test_a_name_of_a_drug_that_is_not_known_is_found() -> None:
    found = checked(
        "conformance.drug",
        by="source_file, row_number",
        patients="patient_id\n p",
        treatments="""
            patient_id | line | drugs       | start_date | source_file | row_number
            p          | 1    | VRd         | 2020-01-01 | treatments  | 1
            p          | 1    | VRd; Xyzmab | 2020-01-01 | treatments  | 2
            p          | 1    |             | 2020-01-01 | treatments  | 3
        """,
        supportive_care="""
            patient_id | drug        | start_date | source_file     | row_number
            p          | バイアスピリン | 2020-01-01 | supportive_care | 1
            p          | Wonderdrug  | 2020-01-01 | supportive_care | 2
        """,
    )
    assert found == {
        **dict.fromkeys(["treatments 1", "supportive_care 1"], "kept"),
        **dict.fromkeys(["treatments 2", "supportive_care 2"], "violated"),
    }


@pytest.mark.criterion("conformance.patient")
def test_a_row_of_an_unknown_patient_is_no_row_of_patients() -> None:
    found = checked(
        "conformance.patient",
        by="row_number",
        patients=PATIENTS,
        labs=LABS,
        quarantine=refused("labs"),
    )
    assert len(found) == 2 + len(EVERY_RULE)
    assert {key for key, word in found.items() if word == "violated"} == numbered(["unknown_patient"])


@pytest.mark.criterion("uniqueness.patient_id")
def test_a_second_row_of_a_patient_is_a_row_of_patients() -> None:
    found = checked(
        "uniqueness.patient_id",
        by="row_number",
        patients=PATIENTS,
        labs=LABS,
        quarantine=refused("patients"),
    )
    assert len(found) == 2 + len(EVERY_RULE)
    assert {key for key, word in found.items() if word == "violated"} == numbered(["repeated_patient_id"])


@pytest.mark.criterion("conformance.date")
def test_a_refused_row_counts_once_and_at_the_site_of_its_patient() -> None:
    quarantine = """
        source_file | row_number | table | column       | rule
        labs        | 3          | labs  | collected_on | unreadable_date
        labs        | 3          | labs  | value        | unreadable_number
        labs        | 4          | labs  | collected_on | unreadable_date
        labs        | 5          | labs  | collected_on | unreadable_date
    """
    refused_row = """
        source_file | row_number | table | patient_id
        labs        | 3          | labs  | p
        labs        | 4          | labs  | nobody
    """
    found = verdicts(
        *("conformance.date", '"table", site'),
        patients=PATIENTS,
        labs=LABS,
        quarantine=quarantine,
        refused_row=refused_row,
    )
    assert found == {
        "labs all": "3 of 5: fail",
        "labs S1": "1 of 2: fail",
        "labs unknown": "2 of 3: not_applicable",  # one accepted row of q, whose site is not recorded
        "patients all": "0 of 2: pass",
        "patients S1": "0 of 1: pass",
        "patients unknown": "0 of 1: not_applicable",
    }


def hundred(refused_rows: int) -> dict[str, str]:
    """100 rows read of labs, of which so many refused for their unit."""
    head = "patient_id | collected_on | analyte | source_file | row_number"
    kept = [f"p | 2020-01-01 | albumin | labs | {n}" for n in range(refused_rows, 100)]
    entries = [f"labs | {n} | labs | unit | missing_unit" for n in range(refused_rows)]
    return {
        "patients": PATIENTS,
        "labs": "\n".join([head, *kept]),
        "quarantine": "\n".join(["source_file | row_number | table | column | rule", *entries]),
    }


@pytest.mark.criterion("conformance.unit")
@pytest.mark.parametrize(
    ("refused_rows", "said"), [(0, "0 of 100: pass"), (1, "1 of 100: pass"), (2, "2 of 100: fail")]
)
def test_the_threshold_itself_passes(refused_rows: int, said: str) -> None:
    assert verdicts("conformance.unit", **hundred(refused_rows))["all"] == said


@pytest.mark.criterion("conformance.unit")
def test_without_rows_there_is_nothing_to_judge() -> None:
    found = verdicts("conformance.unit", '"table", "column", site', patients=PATIENTS)
    assert found == {"labs unit all": "0 of 0: not_applicable"}


@pytest.mark.criterion("conformance.cell")
def test_a_row_whose_cell_was_set_aside_is_counted_once_and_a_refused_one_is_not() -> None:
    tables = {
        "patients": "patient_id\np",
        "labs": """
            patient_id | collected_on | analyte | source_file | row_number
            p          | 2024-01-01   | ldh     | labs.csv    | 1
            p          | 2024-01-02   | ldh     | labs.csv    | 2
        """,
        "quarantine": """
            source_file | row_number | table | column   | rule              | row_kept
            labs.csv    | 2          | labs  | ref_high | unreadable_number | true
            labs.csv    | 2          | labs  | ref_low  | unreadable_number | true
            labs.csv    | 3          | labs  | analyte  | missing_value     | false
        """,
    }
    found = checked("conformance.cell", by='"table", row_number', **tables)
    assert found == {"labs 1": "kept", "labs 2": "violated", "patients": "kept"}
