"""The work-up test by test (Q.work_up): done, not done, unknown, or never recorded by the site."""

from __future__ import annotations

import pytest

from flows.audit import tests_done
from flows.audit.measure import measure
from rules.audit.work_up import NAMES, ONLY_TESTED, WORK_UP
from rules.criterion import load_edition
from rules.quantities import QUANTITIES
from tests.sql.query_store import stored
from transforms.intake.contracts import CONTRACTS, KNOWN_ANALYTES, codes

# All begin on 2020-03-01, whose sixtieth day before is 2020-01-01.
PATIENTS = """
    patient_id | site_id | diagnosis
    one        | north   | MM
    two        | north   |
    untreated  | north   | MM
    smoulders  | north   | SMM
    far        | south   | MM
"""
LINES = """
    patient_id | line | start_date
    one        | 1    | 2020-03-01
    two        | 1    | 2020-03-01
    smoulders  | 1    | 2020-03-01
    far        | 1    | 2020-03-01
"""


def statuses(test: str, *, window_days: int = 60, **tables: str) -> dict[str, str]:
    """By patient what became of a test."""
    with stored(**{"patients": PATIENTS, "lines": LINES, **tables}) as connection:
        measure(connection, load_edition(settings={"Q.work_up": {"window_days": window_days}}), parts=[tests_done])
        found = "select patient_id, status from work_up_row where test = ?"
        return dict(connection.execute(found, [test]).fetchall())


@pytest.mark.criterion("Q.work_up")
@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2020-01-01", "done"),
        ("2019-12-31", "not_done"),
        ("2020-03-01", "done"),
        ("2020-03-02", "not_done"),
    ],
)
def test_a_test_counts_in_the_sixty_days_up_to_the_first_line(day: str, status: str) -> None:
    labs = f"patient_id | collected_on | analyte | value\n one | {day} | crp | 3"
    assert statuses("crp", labs=labs) == {
        "one": status,
        "two": "not_done",
        "untreated": "unknown",
        "far": "never_recorded",
    }


@pytest.mark.criterion("Q.work_up")
def test_a_run_may_set_the_window() -> None:
    labs = "patient_id | collected_on | analyte | result\n one | 2019-12-31 | hbs_antigen | negative"
    assert statuses("hbs_antigen", window_days=61, labs=labs)["one"] == "done"


@pytest.mark.criterion("Q.work_up")
@pytest.mark.parametrize(
    ("test", "table", "rows"),
    [
        ("hbs_antigen", "labs", "collected_on | analyte | result\n one | 2020-02-01 | hbs_antigen | negative"),
        ("ecg", "findings", "observed_on | finding | present\n one | 2020-02-01 | ecg | true"),
        ("flow_cytometry", "findings", "observed_on | finding | present\n one | 2020-02-01 | flow_cytometry | true"),
        ("mri", "imaging", "performed_on | modality\n one | 2020-02-01 | wbmri"),
        ("fish", "cytogenetics", "collected_on | abnormality | result\n one | 2020-02-01 | t(4;14) | negative"),
        ("marrow", "marrow", "collected_on\n one | 2020-02-01"),
    ],
)
def test_each_table_shows_what_was_done(test: str, table: str, rows: str) -> None:
    found = statuses(test, **{table: f"patient_id | {rows}"})
    assert found == {"one": "done", "two": "not_done", "untreated": "unknown", "far": "never_recorded"}


@pytest.mark.criterion("Q.work_up")
def test_a_result_that_is_empty_and_an_examination_not_done_show_nothing() -> None:
    labs = """
        patient_id | collected_on | analyte | value
        one        | 2020-02-01   | crp     |
        two        | 2020-02-01   | crp     | 0
    """
    assert statuses("crp", labs=labs)["one"] == "not_done"
    findings = """
        patient_id | observed_on | finding | present
        one        | 2020-02-01  | ecg     | false
        two        | 2020-02-01  | ecg     |
    """
    found = statuses("ecg", findings=findings)
    assert (found["one"], found["two"], found["far"]) == ("not_done", "unknown", "never_recorded")


@pytest.mark.criterion("Q.work_up")
def test_both_free_light_chains_are_needed_and_a_site_that_never_has_one_records_no_pair() -> None:
    labs = """
        patient_id | collected_on | analyte    | value
        one        | 2020-02-01   | flc_kappa  | 20
        one        | 2020-02-03   | flc_lambda | 20
        two        | 2020-02-01   | flc_kappa  | 20
        far        | 2020-02-01   | flc_kappa  | 20
    """
    found = statuses("free_light_chains", labs=labs)
    assert (found["one"], found["two"], found["far"]) == ("done", "not_done", "never_recorded")


@pytest.mark.criterion("Q.work_up")
@pytest.mark.parametrize(
    ("refused", "test", "status"),
    [
        ("labs | 2020-02-01 | crp | false", "crp", "unknown"),
        ("labs | 2020-02-01 | | false", "crp", "unknown"),
        ("labs | | crp | false", "crp", "unknown"),
        ("labs | 2020-03-02 | crp | false", "crp", "not_done"),
        ("labs | 2020-02-01 | ldh | false", "crp", "not_done"),
        ("labs | 2020-02-01 | crp | true", "crp", "not_done"),
        ("marrow | 2020-02-01 | | false", "marrow", "unknown"),
        ("imaging | 2020-02-01 | | false", "ct", "unknown"),
    ],
)
def test_what_could_not_be_read_may_have_been_done(refused: str, test: str, status: str) -> None:
    found = statuses(
        test,
        labs="patient_id | collected_on | analyte | value\n two | 2020-02-01 | crp | 3",
        marrow="patient_id | collected_on\n two | 2020-02-01",
        imaging="patient_id | performed_on | modality\n two | 2020-02-01 | ct",
        refused_row=f"patient_id | table | dated_on | kind | is_repeat\n one | {refused}",
    )
    assert (found["one"], found["two"]) == (status, "done")


@pytest.mark.criterion("Q.work_up")
def test_an_image_of_no_modality_may_be_of_any() -> None:
    imaging = "patient_id | performed_on | modality\n one | 2020-02-01 |\n two | 2020-02-01 | ct"
    assert statuses("ct", imaging=imaging)["one"] == "unknown"
    # which no site records by its name
    assert statuses("mri", imaging=imaging)["one"] == "never_recorded"


@pytest.mark.criterion("Q.work_up")
def test_counts_of_all_sites_and_of_each_add_up_to_their_patients() -> None:
    labs = "patient_id | collected_on | analyte | value\n one | 2020-02-01 | crp | 3"
    with stored(patients=PATIENTS, lines=LINES, labs=labs) as connection:
        measure(connection, load_edition(), parts=[tests_done])
        asked = (
            "select site, done, not_done, unknown, never_recorded, share from work_up where test = 'crp' order by all"
        )
        found = connection.execute(asked).fetchall()
        tests = connection.execute("select count(distinct test) from work_up").fetchone()
    assert found == [("north", 1, 1, 1, 0, 0.5), ("south", 0, 0, 0, 1, None), (None, 1, 1, 1, 1, 0.5)]
    assert tests == (len(WORK_UP),)


def test_every_test_rests_on_codes_that_an_extract_can_have() -> None:
    assert len({test.name for test in WORK_UP}) == len(WORK_UP)
    kinds = {"findings": "finding", "imaging": "modality", "cytogenetics": "abnormality"}
    for test in WORK_UP:
        assert test.codes, test.name
        for table, code in test.codes:
            assert table in CONTRACTS, test.name
            known = KNOWN_ANALYTES if table == "labs" else codes(table, kinds[table]) if table in kinds else ()
            assert code == "*" or code in known, test.name


def test_what_is_only_tested_is_no_quantity_and_every_test_has_its_names() -> None:
    assert not set(ONLY_TESTED) & set(QUANTITIES)
    assert "hbs_antigen" in ONLY_TESTED
    assert "crp" not in ONLY_TESTED
    assert all(set(names) == {test.name for test in WORK_UP} for names in NAMES.values())
