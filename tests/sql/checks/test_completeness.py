"""Checks of completeness: columns, and tests at baseline, at visits and at progression."""

from __future__ import annotations

import pytest

from flows.audit.checks import questions
from rules.audit.data_checks import columns
from rules.criterion import load_edition
from tests.sql.checks.checked import checked, verdicts
from transforms.intake.contracts import CONTRACTS, dtypes

BY_COLUMN = 'concat("table", \'.\', "column"), site'


@pytest.mark.criterion("completeness.column")
def test_every_column_of_the_contract_is_asked_for_once() -> None:
    edition = load_edition()
    asked = [f"{q.table}.{q.column}" for q in questions(edition["completeness.column"], edition)]
    assert sorted(asked) == sorted(f"{table}.{column}" for table in CONTRACTS for column in dtypes(table))
    assert set(columns()) <= set(asked)


@pytest.fixture(scope="module")
def of_columns() -> dict[str, str]:
    """What is said of every column of one store: it takes more than a hundred questions."""
    patients = """
        patient_id | site_id | sex | vital_status | death_date | isotype       | light_chain | source_file | row_number
        a          | S1      | F   | dead         | 2021-01-01 | IgG           | kappa       | patients    | 1
        b          | S1      |     | dead         |            | non_secretory |             | patients    | 2
        c          | S1      | M   | alive        |            |               |             | patients    | 3
    """
    labs = """
        patient_id | collected_on | analyte              | value | unit | result   | ref_high | source_file | row_number
        a          | 2020-01-01   | albumin              | 4.0   | g/dL |          |          | labs        | 1
        a          | 2020-01-01   | albumin              |       |      |          |          | labs        | 2
        a          | 2020-01-01   | serum_immunofixation |       |      | negative |          | labs        | 3
        a          | 2020-01-01   | serum_immunofixation |       |      |          |          | labs        | 4
        a          | 2020-01-01   | ldh                  | 200   | U/L  |          | 240      | labs        | 5
        a          | 2020-01-02   | ldh                  | 200   | U/L  |          |          | labs        | 6
    """
    lines = """
        patient_id | line | start_date | next_line_start
        a          | 1    | 2020-01-01 | 2021-01-01
        a          | 2    | 2021-01-01 |
    """
    treatments = """
        patient_id | line | start_date | end_date   | source_file | row_number
        a          | 1    | 2020-01-01 |            | treatments  | 1
        a          | 1    | 2020-02-01 | 2020-09-01 | treatments  | 2
        a          | 2    | 2021-01-01 |            | treatments  | 3
    """
    quarantine = """
        source_file | row_number | table      | column     | rule
        treatments  | 4          | treatments | start_date | missing_value
        treatments  | 5          | treatments | start_date | unreadable_date
        treatments  | 6          | treatments | line       | missing_value
    """
    return verdicts(
        *("completeness.column", BY_COLUMN),
        patients=patients,
        labs=labs,
        lines=lines,
        treatments=treatments,
        quarantine=quarantine,
    )


def of(found: dict[str, str], *columns: str) -> dict[str, str]:
    """What is said of these columns at all sites."""
    return {column: found[f"{column} all"] for column in columns}


@pytest.mark.criterion("completeness.column")
def test_a_column_is_missing_only_where_it_is_asked_for(of_columns: dict[str, str]) -> None:
    wanted = {
        "patients.sex": "1 of 3: fail",
        "patients.death_date": "1 of 2: fail",
        "patients.light_chain": "1 of 2: fail",
        "patients.m_protein_in_beta": "0 of 0: not_applicable",  # no one with IgA
        "patients.registered_on": "3 of 3: not_applicable",  # may be empty
        "patients.vital_status": "0 of 3: pass",
        "labs.value": "1 of 4: fail",
        "labs.unit": "0 of 3: pass",
        "labs.result": "1 of 2: fail",
        "labs.ref_high": "1 of 2: fail",
        "marrow.plasma_cell_percent": "0 of 0: not_applicable",
    }
    assert of(of_columns, *wanted) == wanted
    assert of_columns["patients.sex S1"] == "1 of 3: fail"


@pytest.mark.criterion("completeness.column")
def test_a_row_refused_for_want_of_a_required_value_counts_as_missing(of_columns: dict[str, str]) -> None:
    wanted = {
        "treatments.start_date": "1 of 4: fail",
        "treatments.line": "1 of 4: fail",
        "treatments.patient_id": "0 of 3: pass",
    }
    assert of(of_columns, *wanted) == wanted


@pytest.mark.criterion("completeness.column")
def test_the_end_of_a_treatment_is_asked_for_once_another_line_has_begun(of_columns: dict[str, str]) -> None:
    assert of(of_columns, "treatments.end_date") == {"treatments.end_date": "1 of 2: fail"}


@pytest.mark.criterion("completeness.baseline")
def test_the_tests_of_the_baseline_are_done_in_its_window() -> None:
    labs = """
        patient_id | collected_on | analyte              | value | result
        p          | 2020-06-01   | serum_m_protein      | 2.0   |
        p          | 2020-03-03   | urine_m_protein      | 0     |
        p          | 2020-03-02   | serum_immunofixation |       | positive
        p          | 2020-06-02   | urine_immunofixation |       | negative
        p          | 2020-05-01   | flc_kappa            | 10    |
        p          | 2020-05-20   | flc_lambda           | 10    |
        iga        | 2020-05-20   | serum_m_protein      | 1     |
        iga        | 2020-05-20   | flc_lambda           | 10    |
    """
    found = checked(
        "completeness.baseline",
        by='patient_id, "column"',
        patients="patient_id | m_protein_in_beta\n p |\n iga | true\n none | false",
        lines="patient_id | line | start_date\n p | 1 | 2020-06-01\n iga | 1 | 2020-06-01\n none | 1 | 2020-06-01",
        labs=labs,
    )
    assert {key.removeprefix("p "): word for key, word in found.items() if key.startswith("p ")} == {
        "serum_m_protein": "kept",  # on the day of the start
        "urine_m_protein": "kept",  # 90 days before it
        "serum_immunofixation": "violated",  # 91
        "urine_immunofixation": "violated",  # a day after it
        "free_light_chains": "kept",
    }
    assert found["iga serum_m_protein"] == "violated"  # electrophoresis is not its method
    assert found["iga free_light_chains"] == "violated"  # one chain of two
    assert {word for key, word in found.items() if key.startswith("none ")} == {"violated"}


LINES = """
    patient_id | line | start_date | measurable_by | progression_date | progression_source
    both       | 1    | 2020-01-01 | serum+urine   | 2020-03-01       | derived
    flc        | 1    | 2020-01-01 | flc           |                  | derived
    marrow     | 1    | 2020-01-01 | marrow        |                  | derived
    reported   | 1    | 2020-01-01 | unknown       | 2020-02-01       | reported
"""
VISITS = """
    patient_id | line | visit_date | response
    both       | 1    | 2020-02-01 | NE
    both       | 1    | 2020-02-20 | VGPR
    both       | 1    | 2020-03-01 | PD
    flc        | 1    | 2020-02-01 | NE
    marrow     | 1    | 2020-02-01 | SD
    reported   | 1    | 2020-02-01 | PD
"""
EVIDENCE = """
    patient_id | line | visit_date | serum_m_g_dl | urine_m_mg_24h | serum_immunofixation_positive | kappa_mg_l
    both       | 1    | 2020-02-01 | 2.0          |                |                               |
    both       | 1    | 2020-02-20 | 0            | 0              | false                         |
    both       | 1    | 2020-03-01 | 3.0          |                |                               | 10
    flc        | 1    | 2020-02-01 |              |                |                               | 100
    marrow     | 1    | 2020-02-01 |              |                |                               |
    reported   | 1    | 2020-02-01 |              |                |                               |
"""


@pytest.mark.criterion("completeness.visit")
def test_a_visit_needs_what_its_line_is_measured_by_and_immunofixations_where_nothing_is_left() -> None:
    found = checked(
        "completeness.visit",
        by='patient_id, dated, "column"',
        patients="patient_id\nboth\nflc\nmarrow\nreported",
        lines=LINES,
        visits=VISITS,
        visit_evidence=EVIDENCE,
    )
    assert found == {
        "both 2020-02-01 serum_m_protein": "kept",
        "both 2020-02-01 urine_m_protein": "violated",
        "both 2020-02-20 serum_m_protein": "kept",
        "both 2020-02-20 urine_m_protein": "kept",
        "both 2020-02-20 serum_immunofixation": "kept",
        "both 2020-02-20 urine_immunofixation": "violated",
        "flc 2020-02-01 free_light_chains": "violated",  # one chain of two
    }


@pytest.mark.criterion("completeness.relapse")
def test_every_marker_is_asked_for_at_a_derived_progression() -> None:
    found = checked(
        "completeness.relapse",
        by='patient_id, dated, "column"',
        patients="patient_id\nboth\nflc\nmarrow\nreported",
        lines=LINES,
        visits=VISITS,
        visit_evidence=EVIDENCE,
    )
    assert found == {
        "both 2020-03-01 serum_m_protein": "kept",
        "both 2020-03-01 urine_m_protein": "violated",
        "both 2020-03-01 free_light_chains": "violated",
    }
