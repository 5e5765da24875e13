"""The indicators of what is to be examined before the first line begins."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

LINES = """
    patient_id | line | start_date
    one        | 1    | 2020-01-01
    one        | 2    | 2021-01-01
"""


def labs_of(patient: str, **dates: str) -> str:
    """Rows of labs: each analyte on its date, with a value or, of immunofixation, a result."""
    answers = {name: "| negative" if name.endswith("immunofixation") else "1 |" for name in dates}
    rows = [f"{patient} | {on} | {analyte} | {answers[analyte]}" for analyte, on in dates.items()]
    return "patient_id | collected_on | analyte | value | result\n" + "\n".join(rows)


WHOLE = {
    "serum_m_protein": "2019-12-02",  # 30 days before
    "urine_m_protein": "2019-12-20",
    "serum_immunofixation": "2020-01-01",  # the day of the start
    "flc_kappa": "2019-12-20",
    "flc_lambda": "2019-12-20",
}


@pytest.mark.criterion("Q.m_protein")
@pytest.mark.parametrize(
    ("changed", "verdict", "why"),
    [
        ({}, "pass", "all five, the first day of the window and the day of the start included"),
        ({"serum_m_protein": "2019-12-01"}, "fail", "31 days before"),
        ({"flc_lambda": "2020-01-02"}, "fail", "after the start"),
        ({"urine_m_protein": None}, "fail", "no urine of 24 hours"),
        ({"urine_m_protein": None, "urine_immunofixation": "2019-12-20"}, "fail", "its immunofixation is another test"),
        ({"serum_immunofixation": None}, "fail", "no immunofixation"),
        ({"flc_kappa": None}, "fail", "one chain only"),
        ({"serum_m_protein": None, "iga": "2019-12-20"}, "fail", "IgA is no M-protein of this patient"),
    ],
)
def test_every_m_protein_test_is_done_in_the_30_days_before_the_first_line(
    changed: dict[str, str], verdict: str, why: str
) -> None:
    dates = {name: on for name, on in {**WHOLE, **changed}.items() if on}
    labs = labs_of("one", **dates)
    found = judged("Q.m_protein", patients="patient_id\n one", lines=LINES, labs=labs)
    assert found == {"one": verdict}, why


@pytest.mark.criterion("Q.m_protein")
def test_iga_is_the_m_protein_of_those_who_have_it_in_the_beta_region() -> None:
    patients = "patient_id | m_protein_in_beta\n one | true"
    without = {name: on for name, on in WHOLE.items() if name != "serum_m_protein"}
    both = {"with_iga": labs_of("one", iga="2019-12-20", **without), "without": labs_of("one", **without)}
    found = {
        name: judged("Q.m_protein", patients=patients, lines=LINES, labs=labs)["one"] for name, labs in both.items()
    }
    assert found == {"with_iga": "pass", "without": "fail"}


@pytest.mark.criterion("Q.m_protein")
def test_a_row_without_a_value_or_result_is_no_test() -> None:
    labs = labs_of("one", **WHOLE).replace("flc_kappa | 1 |", "flc_kappa | |")
    found = judged("Q.m_protein", patients="patient_id\n one", lines=LINES, labs=labs)
    assert found == {"one": "fail"}


@pytest.mark.criterion("Q.marrow")
def test_marrow_is_examined_in_the_60_days_before_the_first_line() -> None:
    names = ("on_day_60", "on_day_61", "on_the_day", "after", "untreated", "none")
    patients = "patient_id | diagnosis\n smm | SMM\n" + "\n".join(f"{name} | MM" for name in names)
    lines = "patient_id | line | start_date\n" + "\n".join(f"{n} | 1 | 2020-01-01" for n in names if n != "untreated")
    marrow = """
        patient_id | collected_on | plasma_cell_percent
        on_day_60  | 2019-11-02   | 40
        on_day_60  | 2019-12-20   | 45
        on_day_61  | 2019-11-01   | 40
        on_the_day | 2020-01-01   |
        after      | 2020-01-02   | 40
        untreated  | 2019-12-01   | 40
        smm        | 2019-12-01   | 40
    """
    found = judged("Q.marrow", patients=patients, lines=lines, marrow=marrow)
    assert found == {
        "on_day_60": "pass",
        "on_day_61": "fail",
        "on_the_day": "pass",
        "after": "fail",
        "untreated": "unknown",
        "none": "fail",
    }


@pytest.mark.criterion("Q.imaging")
def test_bone_is_imaged_in_the_60_days_before_the_first_line() -> None:
    names = ("on_day_60", "on_day_61", "unsaid", "unsaid_and_ct", "second_line_only", "none")
    patients = "patient_id\n" + "\n".join(names)
    numbers = {name: 2 if name == "second_line_only" else 1 for name in names}
    lines = "patient_id | line | start_date\n" + "\n".join(f"{name} | {numbers[name]} | 2020-01-01" for name in names)
    imaging = """
        patient_id       | performed_on | modality
        on_day_60        | 2019-11-02   | xray
        on_day_61        | 2019-11-01   | pet_ct
        unsaid           | 2019-12-20   |
        unsaid_and_ct    | 2019-12-20   |
        unsaid_and_ct    | 2019-12-21   | ct
        second_line_only | 2019-12-20   | mri
    """
    found = judged("Q.imaging", patients=patients, lines=lines, imaging=imaging)
    assert found == {
        "on_day_60": "pass",
        "on_day_61": "fail",
        "unsaid": "unknown",
        "unsaid_and_ct": "pass",
        "second_line_only": "unknown",
        "none": "fail",
    }


@pytest.mark.criterion("Q.m_protein")
@pytest.mark.criterion("Q.marrow")
@pytest.mark.criterion("Q.imaging")
@pytest.mark.parametrize("indicator", ["Q.m_protein", "Q.marrow", "Q.imaging"])
def test_without_any_of_the_tests_in_the_extract_it_is_unknown(indicator: str) -> None:
    labs = labs_of("one", albumin="2019-12-20", iga="2019-12-20")
    found = judged(indicator, patients="patient_id\n one", lines=LINES, labs=labs)
    assert found == {"one": "unknown"}
