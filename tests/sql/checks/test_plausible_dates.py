"""Checks of the order of dates: birth, diagnosis, lines, last contact, death."""

from __future__ import annotations

import pytest

from tests.sql.checks.checked import checked, verdicts


@pytest.mark.criterion("plausibility.birth")
def test_no_patient_is_born_after_diagnosis() -> None:
    patients = """
        patient_id | birth_date | diagnosis_date
        before     | 1950-01-01 | 2020-01-01
        on_the_day | 2020-01-01 | 2020-01-01
        after      | 2020-01-02 | 2020-01-01
        unrecorded |            | 2020-01-01
    """
    found = checked("plausibility.birth", patients=patients)
    assert found == {"before": "kept", "on_the_day": "kept", "after": "violated"}


@pytest.mark.criterion("plausibility.age")
def test_age_is_in_whole_years_and_its_bounds_are_plausible() -> None:
    patients = """
        patient_id | birth_date | diagnosis_date
        is_18      | 2002-01-01 | 2020-01-01
        not_yet_18 | 2002-01-02 | 2020-01-01
        is_105     | 1914-01-02 | 2020-01-01
        is_106     | 1914-01-01 | 2020-01-01
        unborn     | 2020-01-02 | 2020-01-01
        unrecorded |            | 2020-01-01
    """
    found = checked("plausibility.age", patients=patients)
    assert found == {"is_18": "kept", "not_yet_18": "violated", "is_105": "kept", "is_106": "violated"}


@pytest.mark.criterion("plausibility.diagnosis")
def test_the_diagnosis_is_not_after_the_first_line() -> None:
    found = checked(
        "plausibility.diagnosis",
        patients="patient_id | diagnosis_date\n same | 2020-01-02\n after | 2020-01-03\n untreated | 2020-01-01",
        lines="""
            patient_id | line | start_date
            same       | 1    | 2020-01-02
            after      | 2    | 2020-06-01
            after      | 1    | 2020-01-02
        """,
    )
    assert found == {"same": "kept", "after": "violated"}


@pytest.mark.criterion("plausibility.last_contact")
def test_the_last_contact_lies_between_diagnosis_and_death() -> None:
    patients = """
        patient_id    | diagnosis_date | last_contact_date | vital_status | death_date
        alive         | 2020-01-01     | 2020-01-01        | alive        |
        before        | 2020-01-01     | 2019-12-31        | alive        |
        at_death      | 2020-01-01     | 2021-01-01        | dead         | 2021-01-01
        after_death   | 2020-01-01     | 2021-01-02        | dead         | 2021-01-01
        undated_death | 2020-01-01     | 2021-01-01        | dead         |
        undated_early | 2020-01-01     | 2019-12-31        | dead         |
    """
    found = checked("plausibility.last_contact", patients=patients)
    assert found == {
        "alive": "kept",
        "before": "violated",
        "at_death": "kept",
        "after_death": "violated",
        "undated_death": "unknown",
        "undated_early": "violated",  # whenever the death was
    }


@pytest.mark.criterion("plausibility.vital_status")
def test_only_the_dead_have_a_date_of_death_and_all_of_them() -> None:
    patients = """
        patient_id | vital_status | death_date
        dead       | dead         | 2021-01-01
        undated    | dead         |
        alive      | alive        |
        dated      | alive        | 2021-01-01
    """
    found = checked("plausibility.vital_status", patients=patients)
    assert found == {"dead": "kept", "undated": "violated", "alive": "kept", "dated": "violated"}


COURSE = {
    "patients": """
        patient_id | birth_date | vital_status | death_date | last_contact_date | source_file | row_number
        died       | 1950-05-05 | dead         | 2021-01-01 | 2021-01-01        | patients    | 1
        undated    |            | dead         |            | 2021-01-02        | patients    | 2
        alive      | 1950-05-05 | alive        |            | 2021-01-02        | patients    | 3
    """,
    "labs": """
        patient_id | collected_on | analyte | source_file | row_number
        died       | 2021-01-01   | ldh     | labs        | 1
        died       | 2021-01-02   | ldh     | labs        | 2
        undated    | 2021-01-02   | ldh     | labs        | 3
        alive      | 2021-01-02   | ldh     | labs        | 4
        alive      | 2021-01-03   | ldh     | labs        | 5
        alive      | 1950-05-05   | ldh     | labs        | 6
        alive      | 1950-05-04   | ldh     | labs        | 7
        undated    | 1900-01-01   | ldh     | labs        | 8
    """,
    "treatments": """
        patient_id | line | start_date | end_date   | source_file | row_number
        died       | 1    | 2020-01-01 | 2021-01-02 | treatments  | 1
        died       | 2    | 2020-06-01 |            | treatments  | 2
    """,
}


@pytest.mark.criterion("plausibility.after_death")
def test_nothing_is_dated_after_a_death_whose_date_is_known() -> None:
    found = checked("plausibility.after_death", by="source_file, row_number", **COURSE)
    assert found == {
        "labs 1": "kept",
        "labs 2": "violated",
        "labs 3": "unknown",
        "labs 8": "unknown",
        "treatments 1": "violated",  # it ends after it
        "treatments 2": "kept",
    }


@pytest.mark.criterion("plausibility.after_death")
def test_rows_of_unknown_answer_are_not_in_the_denominator() -> None:
    found = verdicts("plausibility.after_death", '"table", site', **COURSE)
    assert found["labs all"] == "1 of 2: fail"


@pytest.mark.criterion("plausibility.after_last_contact")
def test_nothing_is_dated_after_the_last_contact() -> None:
    found = checked("plausibility.after_last_contact", by="source_file, row_number", **COURSE)
    assert {key for key, word in found.items() if word == "violated"} == {"labs 2", "labs 5", "treatments 1"}
    assert {key for key, word in found.items() if word == "kept"} == {
        *("labs 1", "labs 3", "labs 4", "labs 6", "labs 7", "labs 8", "treatments 2")
    }


@pytest.mark.criterion("plausibility.after_cutoff")
@pytest.mark.parametrize(
    ("cutoff", "violated"),
    [
        ("2021-01-02", {"labs 5"}),
        ("2021-01-01", {"labs 2", "labs 3", "labs 4", "labs 5", "treatments 1"}),  # which ends after it
        ("2021-01-03", set()),
        ("", set()),  # no cut-off is known
    ],
)
def test_nothing_is_dated_after_the_cut_off(cutoff: str, violated: set[str]) -> None:
    run = f"number | is_log | cutoff\n 2 | false | {cutoff}"
    found = checked("plausibility.after_cutoff", by="source_file, row_number", run=run, **COURSE)
    assert {key for key, word in found.items() if word == "violated"} == violated
    assert {key.split()[0] for key in found} == {"labs", "treatments"}


@pytest.mark.criterion("plausibility.before_birth")
def test_nothing_is_dated_before_a_birth_that_is_known() -> None:
    found = checked("plausibility.before_birth", by="source_file, row_number", **COURSE)
    assert {key for key, word in found.items() if word == "violated"} == {"labs 7"}
    assert {key for key, word in found.items() if word == "kept"} == {
        *("labs 1", "labs 2", "labs 4", "labs 5", "labs 6", "treatments 1", "treatments 2")
    }


@pytest.mark.criterion("plausibility.end_before_start")
def test_a_treatment_may_end_on_the_day_it_began() -> None:
    treatments = """
        patient_id | line | start_date | end_date   | row_number
        p          | 1    | 2020-01-02 | 2020-01-02 | 1
        p          | 1    | 2020-01-02 | 2020-01-01 | 2
        p          | 1    | 2020-01-02 |            | 3
    """
    care = "patient_id | drug | start_date | end_date | row_number\n p | aspirin | 2020-01-02 | 2020-01-01 | 1"
    found = checked(
        "plausibility.end_before_start",
        by='"table", row_number',
        patients="patient_id\np",
        treatments=treatments,
        supportive_care=care,
    )
    assert found == {"treatments 1": "kept", "treatments 2": "violated", "supportive_care 1": "violated"}


@pytest.mark.criterion("plausibility.line_order")
def test_a_line_starts_after_the_one_numbered_before_it() -> None:
    lines = """
        patient_id | line | start_date
        in_order   | 1    | 2020-01-01
        in_order   | 3    | 2020-01-02
        reversed   | 1    | 2020-01-02
        reversed   | 2    | 2020-01-01
        same_day   | 1    | 2020-01-01
        same_day   | 2    | 2020-01-01
        only_one   | 1    | 2020-01-01
    """
    found = checked(
        "plausibility.line_order",
        patients="patient_id\nin_order\nreversed\nsame_day\nonly_one",
        lines=lines,
    )
    assert found == {"in_order": "kept", "reversed": "violated", "same_day": "violated"}


@pytest.mark.criterion("plausibility.after_cutoff")
def test_a_row_dated_after_the_cut_off_or_lasting_beyond_it_is_counted() -> None:
    tables = {
        "run": "criteria | number | cutoff\n jsh2023 | 2 | 2024-06-30",
        "patients": "patient_id\np",
        "labs": """
            patient_id | collected_on | analyte | row_number
            p          | 2024-06-30   | albumin | 1
            p          | 2024-07-01   | albumin | 2
        """,
        "treatments": "patient_id | line | start_date | end_date | row_number\n p | 1 | 2024-01-01 | 2099-12-31 | 3",
    }
    found = checked("plausibility.after_cutoff", by="row_number", **tables)
    assert found == {"1": "kept", "2": "violated", "3": "violated"}
    without = tables | {"run": "criteria | number | cutoff\n jsh2023 | 2 |"}
    found = checked("plausibility.after_cutoff", by="row_number", **without)
    assert set(found.values()) == {"unknown"}
