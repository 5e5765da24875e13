"""A test not done is told from one that could not be read: a refused row, or a cell set aside, leaves it unknown."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

NOT_READ = "patient_id | table | dated_on | kind | is_repeat\n one | {} | {} | {} | {}"
STARTED = {"patients": "patient_id\n one\n other", "lines": "patient_id | line | start_date\n one | 1 | 2020-03-01"}
# what somebody else had, so that the extract records such tests at all
OF_OTHERS = {
    "marrow": "patient_id | collected_on\n other | 2020-01-01",
    "imaging": "patient_id | performed_on | modality\n other | 2020-01-01 | ct",
    "labs": "patient_id | collected_on | analyte | value\n other | 2020-01-01 | serum_m_protein | 1",
    "cytogenetics": "patient_id | collected_on | abnormality | result\n other | 2019-12-01 | del17p | negative",
}


def of_one(indicator: str, refused: str, **tables: str) -> str:
    """The verdict on the one patient of whom a row was refused."""
    return judged(indicator, refused_row=refused, **{**STARTED, **OF_OTHERS, **tables})["one"]


@pytest.mark.criterion("Q.marrow")
@pytest.mark.parametrize(
    ("dated_on", "is_repeat", "verdict", "why"),
    [
        ("2020-01-01", "false", "unknown", "60 days before the start"),
        ("2019-12-31", "false", "fail", "a day too early"),
        ("2020-03-02", "false", "fail", "after the start"),
        ("", "false", "unknown", "on a day that could not be read either"),
        ("2020-01-01", "true", "fail", "an exact repeat of another row tells nothing new"),
    ],
)
def test_a_refused_marrow_in_the_window_is_unknown(dated_on: str, is_repeat: str, verdict: str, why: str) -> None:
    refused = NOT_READ.format("marrow", dated_on, "", is_repeat)
    assert of_one("Q.marrow", refused) == verdict, why


@pytest.mark.criterion("Q.imaging")
@pytest.mark.criterion("Q.fish")
@pytest.mark.criterion("Q.gain1q")
@pytest.mark.criterion("Q.iss")
@pytest.mark.criterion("Q.r_iss")
@pytest.mark.criterion("Q.m_protein")
@pytest.mark.parametrize(
    ("indicator", "row", "verdict"),
    [
        ("Q.imaging", ("imaging", "2020-02-01", ""), "unknown"),
        ("Q.fish", ("cytogenetics", "2019-12-01", "t(4;14)"), "unknown"),
        ("Q.fish", ("cytogenetics", "2019-12-01", "gain1q"), "fail"),
        ("Q.gain1q", ("cytogenetics", "2019-12-01", "gain1q"), "unknown"),
        ("Q.gain1q", ("cytogenetics", "2019-12-01", "t(4;14)"), "fail"),
        ("Q.iss", ("labs", "2019-12-31", "albumin"), "unknown"),
        ("Q.iss", ("labs", "2020-01-01", "albumin"), "fail"),
        ("Q.iss", ("labs", "2019-12-31", "ldh"), "fail"),
        ("Q.r_iss", ("labs", "2019-12-31", "ldh"), "unknown"),
        ("Q.r_iss", ("cytogenetics", "2019-12-31", "del17p"), "unknown"),
        ("Q.m_protein", ("labs", "2020-02-15", "flc_kappa"), "unknown"),
        ("Q.m_protein", ("labs", "2020-02-15", "calcium"), "fail"),
    ],
)
def test_a_refused_row_of_the_work_up_is_unknown(indicator: str, row: tuple[str, str, str], verdict: str) -> None:
    assert of_one(indicator, NOT_READ.format(*row, "false")) == verdict


@pytest.mark.criterion("Q.hbv")
@pytest.mark.parametrize(
    ("dated_on", "kind", "verdict"),
    [
        ("2020-03-01", "hbs_antibody", "unknown"),
        ("2015-01-01", "hbs_antibody", "unknown"),
        ("2020-03-02", "hbs_antibody", "fail"),
        ("2020-02-01", "calcium", "fail"),
    ],
)
def test_a_refused_test_of_hepatitis_b_is_unknown(dated_on: str, kind: str, verdict: str) -> None:
    labs = """
        patient_id | collected_on | analyte      | result
        one        | 2020-02-01   | hbs_antigen  | negative
        one        | 2020-02-01   | hbc_antibody | negative
        other      | 2020-02-01   | hbs_antibody | negative
    """
    refused = NOT_READ.format("labs", dated_on, kind, "false")
    assert of_one("Q.hbv", refused, labs=labs) == verdict


@pytest.mark.criterion("Q.m_protein")
def test_a_value_that_was_set_aside_is_unknown_as_a_refused_row_is() -> None:
    labs = """
        patient_id | collected_on | analyte              | value | result   | unreadable
        one        | 2020-02-15   | serum_m_protein      |       |          | [value]
        one        | 2020-02-15   | urine_m_protein      | 20    |          |
        one        | 2020-02-15   | serum_immunofixation |       | positive |
        one        | 2020-02-15   | flc_kappa            | 20    |          |
        one        | 2020-02-15   | flc_lambda           | 20    |          |
    """
    assert judged("Q.m_protein", labs=labs, **STARTED)["one"] == "unknown"
    # whether a value is due to myeloma is not what is asked
    other = labs.replace("[value]", "[attributed_to_myeloma]")
    assert judged("Q.m_protein", labs=other, **STARTED)["one"] == "fail"


@pytest.mark.criterion("Q.monthly")
@pytest.mark.criterion("Q.two_monthly")
@pytest.mark.criterion("Q.relapse_watch")
@pytest.mark.criterion("Q.both_fluids")
@pytest.mark.criterion("Q.immunofixation")
def test_a_refused_result_between_or_at_visits_is_unknown() -> None:
    cases = {  # of one patient each: the row that was refused, and the verdict on the interval or visit of a day
        "Q.monthly": [
            ("flc_kappa", "2020-03-16", "2020-01-31", "unknown"),
            ("flc_kappa", "2020-03-17", "2020-01-31", "fail"),
            ("calcium", "2020-03-16", "2020-01-31", "fail"),
        ],
        "Q.two_monthly": [
            ("serum_m_protein", "2021-05-15", "2021-03-01", "unknown"),
            ("serum_m_protein", "2021-05-16", "2021-03-01", "fail"),
        ],
        "Q.relapse_watch": [
            ("iga", "2021-04-12", "2021-03-01", "unknown"),
            ("iga", "2021-04-13", "2021-03-01", "fail"),
        ],
        "Q.both_fluids": [
            ("urine_immunofixation", "2020-01-31", "2020-01-31", "unknown"),
            ("serum_immunofixation", "2020-01-31", "2020-01-31", "fail"),
        ],
        "Q.immunofixation": [
            ("serum_immunofixation", "2020-01-31", "2020-01-31", "unknown"),
            ("serum_m_protein", "2020-01-31", "2020-01-31", "fail"),
        ],
    }
    for indicator, of in cases.items():
        names = range(len(of))
        tables = {
            "patients": [f"{name} | 2021-12-31" for name in names],
            "lines": [f"{name} | 1 | 2020-01-01" for name in names],
            "visit_evidence": [
                f"{name} | 1 | {visit}" for name in names for visit in ("2020-01-31|30|0|0|0", "2021-03-01|30|3|3|20")
            ],
            "visits": [f"{name} | 1 | 2021-03-01 | PD | [PD.serum]" for name in names],
            "refused_row": [f"{name} | labs | {of[name][1]} | {of[name][0]} | false" for name in names],
        }
        columns = {
            "patients": "patient_id | last_contact_date",
            "lines": "patient_id | line | start_date",
            "visit_evidence": "patient_id | line | visit_date | serum_m_baseline_g_dl | serum_m_g_dl"
            " | serum_m_g_dl_max | urine_m_mg_24h_max",
            "visits": "patient_id | line | visit_date | response | progression_reasons",
            "refused_row": "patient_id | table | dated_on | kind | is_repeat",
        }
        drawn = {table: "\n".join([columns[table], *rows]) for table, rows in tables.items()}
        found = judged(indicator, by="patient_id, dated", **drawn)
        for name, (kind, dated_on, day, verdict) in enumerate(of):
            assert found[f"{name} {day}"] == verdict, (indicator, kind, dated_on)
        if indicator in ("Q.two_monthly", "Q.relapse_watch"):
            assert len(found) == len(of)  # nothing else is asked about


@pytest.mark.criterion("Q.cr_marrow")
@pytest.mark.criterion("Q.mrd_after_cr")
@pytest.mark.parametrize(
    ("indicator", "table", "dated_on", "verdict"),
    [
        ("Q.cr_marrow", "marrow", "2021-03-02", "unknown"),
        ("Q.cr_marrow", "marrow", "2021-03-03", "fail"),
        ("Q.mrd_after_cr", "mrd", "2020-12-02", "unknown"),
        ("Q.mrd_after_cr", "mrd", "2020-12-01", "fail"),
    ],
)
def test_a_refused_examination_about_a_cr_is_unknown(indicator: str, table: str, dated_on: str, verdict: str) -> None:
    tables = {
        "lines": "patient_id | line | start_date | best_response\n one | 1 | 2020-01-01 | CR",
        "visits": "patient_id | line | visit_date | confirmed_response\n one | 1 | 2021-01-01 | CR",
        "visit_evidence": """
            patient_id | line | visit_date | serum_immunofixation_positive | urine_immunofixation_positive
            one        | 1    | 2021-01-01 | false                         | false
        """,
        "mrd": "patient_id | collected_on | method\n other | 2021-01-01 | NGF",
    }
    assert of_one(indicator, NOT_READ.format(table, dated_on, "", "false"), **tables) == verdict


@pytest.mark.criterion("Q.transplant")
@pytest.mark.parametrize(
    ("table", "kind", "dated_on", "verdict"),
    [
        ("treatments", "autologous_transplant", "2021-03-01", "unknown"),
        ("treatments", "autologous_transplant", "2021-03-02", "fail"),
        ("treatments", "maintenance", "2021-03-01", "fail"),
        ("findings", "transplant_ineligible", "2020-03-01", "unknown"),
        ("findings", "ecog", "2020-03-01", "fail"),
    ],
)
def test_a_refused_transplant_or_record_of_fitness_is_unknown(
    table: str, kind: str, dated_on: str, verdict: str
) -> None:
    patients = "patient_id | birth_date\n one | 1970-01-01"
    refused = NOT_READ.format(table, dated_on, kind, "false")
    assert of_one("Q.transplant", refused, patients=patients) == verdict


@pytest.mark.criterion("Q.no_change_on_mrd")
@pytest.mark.parametrize(("dated_on", "verdict"), [("2021-09-29", "unknown"), ("2021-09-30", "pass")])
def test_a_refused_treatment_may_have_changed_therapy(dated_on: str, verdict: str) -> None:
    mrd_status = """
        patient_id | line | collected_on | mrd      | category
        one        | 1    | 2021-01-01   | negative | flow
        one        | 1    | 2021-07-01   | positive | flow
    """
    refused = NOT_READ.format("treatments", dated_on, "", "false")
    assert of_one("Q.no_change_on_mrd", refused, mrd_status=mrd_status) == verdict


@pytest.mark.criterion("Q.mrd_sensitivity")
@pytest.mark.criterion("Q.mrd_cells")
def test_a_comparator_and_what_could_not_be_read_leave_an_mrd_test_open() -> None:
    mrd = """
        patient_id | collected_on | sensitivity | sensitivity_comparator | cells_analysed | cells_analysed_comparator | unreadable
        one        | 2021-01-01   | 0.00001     | <                      | 5000000        | >=                        |
        one        | 2021-01-02   | 0.0001      | <                      | 6000000        | <                         |
        one        | 2021-01-03   | 0.0001      | >                      | 5000000        | <                         |
        one        | 2021-01-04   | 0.000001    | >                      | 4000000        | >                         |
        one        | 2021-01-05   |             |                        |                |                           | [sensitivity, cells_analysed]
        one        | 2021-01-06   |             |                        |                |                           | [level]
    """  # noqa: E501 (a table)
    patients = "patient_id\n one"
    assert judged("Q.mrd_sensitivity", by="dated", patients=patients, mrd=mrd) == {
        "2021-01-01": "pass",
        "2021-01-02": "unknown",
        "2021-01-03": "fail",
        "2021-01-04": "unknown",
        "2021-01-05": "unknown",
        "2021-01-06": "unknown",
    }
    assert judged("Q.mrd_cells", by="dated", patients=patients, mrd=mrd) == {
        "2021-01-01": "pass",
        "2021-01-02": "unknown",
        "2021-01-03": "fail",
        "2021-01-04": "unknown",
        "2021-01-05": "unknown",
    }
